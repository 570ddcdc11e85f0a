"""The chip's temperature, from its own sensor on ADC channel 4 (ALM-4).

RP2040 data sheet 4.9.5: 706 mV at 27 degrees C, 1.721 mV less for each degree more. The sensor
tells a hot or freezing pump from a warm one, no more: its spread is some degrees.
"""

from micropython import const

CHANNEL = const(4)
_AT_27_UV = const(706_000)
_UV_PER_DEGREE = const(1721)
_FULL_SCALE = const(65535)
_AGREE = const(3)  # readings in a row
_BACK_DC = const(20)  # this far inside the limits it is well again


class Temperature:
    """limits_dc: lowest and highest in tenths of a degree C; vref_mv: ADC full scale."""

    def __init__(self, limits_dc: tuple, vref_mv: int) -> None:
        self._low_dc, self._high_dc = limits_dc
        self._vref_uv = vref_mv * 1000
        self._outside = 0  # readings in a row
        self.now_dc = 270
        self.bad = False

    def sample(self, total: int, count: int, _low: int, _high: int) -> bool:
        """Take one reading (sum of count ADC values); True while it is too hot or too cold."""
        uv = total * self._vref_uv // (count * _FULL_SCALE)
        self.now_dc = 270 - (uv - _AT_27_UV) * 10 // _UV_PER_DEGREE
        back_dc = _BACK_DC if self.bad else 0
        if self._low_dc + back_dc <= self.now_dc <= self._high_dc - back_dc:
            self._outside = 0
            self.bad = False
        else:
            self._outside += 1
            self.bad = self.bad or self._outside >= _AGREE
        return self.bad
