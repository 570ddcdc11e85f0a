"""An ear beside the piezo: a microphone with a comparator, high for half of every period heard."""

import time

from machine import Pin
from micropython import const

_PERIOD_US = const(500)
_CLICK_US = const(20_000)
_INTO_MS = const(5)
_AFTER_MS = const(40)
_LOOKS = const(400)  # some 5 us each: several periods


class BeeperSense:
    """pin: GPIO of the sense input; None on a board without one."""

    def __init__(self, pin: "int | None"):
        self._pin = None if pin is None else Pin(pin, Pin.IN, Pin.PULL_DOWN)

    def hears(self, beeper) -> "bool | None":
        """Play a click: True when it is heard and ends, None for "not checked". Takes 65 ms."""
        if self._pin is None:
            return None
        beeper.note(_PERIOD_US, _CLICK_US, True)
        time.sleep_ms(_INTO_MS)
        sounds = _toggles(self._pin)
        time.sleep_ms(_AFTER_MS)
        return sounds and not _toggles(self._pin)


def _toggles(pin) -> bool:
    seen = 0
    for _ in range(_LOOKS):
        seen |= 1 << pin.value()
    return seen == 3
