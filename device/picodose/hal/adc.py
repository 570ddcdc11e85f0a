"""Voltage at an ADC pin: raw readings, oversampled; no thresholds here (safety/)."""

import machine
from micropython import const

_SAMPLES = const(16)


class Adc:
    """pin: GPIO 26 to 28."""

    def __init__(self, pin: int):
        self._adc = machine.ADC(pin)

    def read(self) -> "tuple":
        """(sum, number, lowest, highest) of a row of readings of 0 to 65535."""
        total, low, high = 0, 65535, 0
        for _ in range(_SAMPLES):
            raw = self._adc.read_u16()
            total += raw
            if raw < low:
                low = raw
            if raw > high:
                high = raw
        return total, _SAMPLES, low, high
