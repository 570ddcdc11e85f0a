"""machine.ADC and machine.PWM as on rp2."""

from __future__ import annotations

from typing import Any

from shim.clock import NS_PER_S, Alarm
from shim.modules.context import Pico
from shim.modules.pin import PinBase, _gpio_number

ADC_FIRST_GPIO = 26
ADC_REFERENCE_MV = 3300
ADC_CODES = 4096
CONVERSION_NS = 2_000
"""96 cycles of the 48 MHz ADC clock."""

DUTY_TOP = 65535
PWM_FREQ_MIN_HZ = 8


class ADCBase:
    """A 12-bit converter whose code is stretched to 16 bits."""

    _pico: Pico
    CORE_TEMP = 4

    def __init__(self, source: Any) -> None:
        self._channel = self._channel_of(source)
        self._spend, self._adc_mv = self._pico.cpu.spend, self._pico.adc_mv
        self._spend()

    @staticmethod
    def _channel_of(source: Any) -> int:
        if isinstance(source, int) and 0 <= source <= ADCBase.CORE_TEMP:
            return source
        number = _gpio_number(source)
        if not ADC_FIRST_GPIO <= number < ADC_FIRST_GPIO + 4:
            raise ValueError("Pin doesn't have ADC capabilities")
        return number - ADC_FIRST_GPIO

    def read_u16(self) -> int:
        """One conversion; 500 mV reads 9922."""
        self._spend(CONVERSION_NS)
        code = int(self._adc_mv(self._channel) * ADC_CODES / ADC_REFERENCE_MV)
        if not 0 <= code < ADC_CODES:
            code = 0 if code < 0 else ADC_CODES - 1
        return code << 4 | code >> 8


class PWMBase:
    """A square wave on a pin, edge by edge; meant for tones, not for motors."""

    _pico: Pico
    _alarm: Alarm | None = None

    def __init__(
        self,
        dest: Any,
        *,
        freq: int | None = None,
        duty_u16: int | None = None,
        duty_ns: int | None = None,
    ) -> None:
        pin = dest if isinstance(dest, PinBase) else None
        self._line = self._pico.lines[_gpio_number(dest if pin is None else pin)]
        self._freq_hz = 0
        self._duty = 0
        self.init(freq=freq, duty_u16=duty_u16, duty_ns=duty_ns)
        self._pico.cpu.on_death.append(self._stop)

    def init(
        self,
        *,
        freq: int | None = None,
        duty_u16: int | None = None,
        duty_ns: int | None = None,
    ) -> None:
        """Set what is given."""
        if freq is not None:
            self.freq(freq)
        if duty_u16 is not None:
            self.duty_u16(duty_u16)
        if duty_ns is not None:
            self.duty_ns(duty_ns)

    def freq(self, value: int | None = None) -> int | None:
        """Frequency in Hz, 8 and more."""
        self._pico.cpu.spend()
        if value is None:
            return self._freq_hz
        if value < PWM_FREQ_MIN_HZ:
            raise ValueError("freq too small")
        self._freq_hz = value
        self._restart()
        return None

    def duty_u16(self, value: int | None = None) -> int | None:
        """High time in 65535ths of the period; more is clamped."""
        self._pico.cpu.spend()
        if value is None:
            return self._duty
        self._duty = min(max(value, 0), DUTY_TOP)
        self._restart()
        return None

    def duty_ns(self, value: int | None = None) -> int | None:
        """High time in ns."""
        period_ns = NS_PER_S // self._freq_hz if self._freq_hz else 0
        if value is None:
            return self._duty * period_ns // DUTY_TOP
        if not period_ns:
            raise ValueError("freq not set")
        return self.duty_u16(value * DUTY_TOP // period_ns)

    def deinit(self) -> None:
        """Stop, output low."""
        self._stop()
        self._line.set_cpu(True, 0)

    def _stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None

    def _restart(self) -> None:
        self._stop()
        if self._freq_hz and 0 < self._duty < DUTY_TOP:
            self._rise()
        else:
            self._line.set_cpu(True, 1 if self._freq_hz and self._duty else 0)

    def _rise(self) -> None:
        period_ns = NS_PER_S // self._freq_hz
        self._line.set_cpu(True, 1)
        self._low_ns = period_ns - period_ns * self._duty // DUTY_TOP
        self._alarm = self._pico.clock.after(period_ns - self._low_ns, self._fall)

    def _fall(self) -> None:
        self._line.set_cpu(True, 0)
        self._alarm = self._pico.clock.after(self._low_ns, self._rise)
