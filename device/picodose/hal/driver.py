"""ENABLE, and DIR where the driver has one. Off is the level that the board's pull gives (profile
facts, DEL-7).
"""

from machine import Pin


class Driver:
    """enable_on: the pin level (0 or 1) that switches the motor on; forward: DIR level. Starts
    off.
    """

    def __init__(self, enable_pin: int, dir_pin: int, enable_on: int, forward: int):
        self._on_level = enable_on
        self._enable = Pin(enable_pin, Pin.OUT, value=1 - enable_on)
        if dir_pin is not None:
            Pin(dir_pin, Pin.OUT, value=forward)
        self._sense = Pin(enable_pin)

    def on(self) -> None:
        """Energise the motor; it follows pulses only after the profile's wake_ms."""
        self._enable.value(self._on_level)

    def off_isr(self) -> None:
        """De-energise the motor. Safe in an interrupt handler."""
        self._enable.value(1 - self._on_level)

    def is_off(self) -> bool:
        """True when the ENABLE pin reads the off level (self-test)."""
        return self._sense.value() != self._on_level
