"""The power-on self-test: one verdict from values that the hal hands in (SAF-1)."""

from micropython import const

SETTINGS = const(0)
RESERVATION = const(1)
RAM = const(2)
PROGRAM = const(3)
ADC = const(4)
DRIVER = const(5)
BUTTONS = const(6)
BEEPER = const(7)
WATCHDOG = const(8)
CLOCK = const(9)
JOURNAL = const(10)
MARK = const(11)  # of the file system
LIBRARY = const(12)  # of fluids
_CHECKS = const(13)
STORED = const(1 << SETTINGS | 1 << RESERVATION | 1 << JOURNAL | 1 << MARK)  # kept in flash
_PATTERNS = b"\x55\xaa\x00\xff"


class SelfTest:
    """Collects one result a check. What was never reported counts as failed."""

    def __init__(self) -> None:
        self._results: "list[bool | None]" = [False] * _CHECKS

    def report(self, check: int, passed: "bool | None") -> None:
        """passed: True, False, or None for "not checked" (no sense input on this board)."""
        self._results[check] = passed

    def failed_mask(self) -> int:
        """Bit n set: check n failed. 0 lets the pump start."""
        mask = 0
        for check in range(_CHECKS):
            if self._results[check] is False:
                mask |= 1 << check
        return mask

    def unchecked_mask(self) -> int:
        """Bit n set: check n could not be made on this board, which is not to pass it."""
        return sum([1 << n for n in range(_CHECKS) if self._results[n] is None])


def ram_holds(buffer: bytearray) -> bool:
    """Write four patterns and the cell's own number to every cell and read all of them back."""
    for pattern in _PATTERNS:
        for i in range(len(buffer)):
            buffer[i] = pattern
        for cell in buffer:
            if cell != pattern:
                return False
    for i in range(len(buffer)):
        buffer[i] = i & 0xFF
    for i in range(len(buffer)):
        if buffer[i] != i & 0xFF:
            return False
    return True


def clock_runs(ms_by_ticks: int, us_by_ticks: int) -> bool:
    """Two counts of the same wait, of 2 ms or more, agree within 1.5 ms (ms, us)."""
    return ms_by_ticks > 0 and abs(us_by_ticks - ms_by_ticks * 1000) < 1500


def buttons_free(pressed: tuple) -> bool:
    """No button reads pressed at power-on (held ones are for maintenance and handled before)."""
    return not any(pressed)
