"""Whoever starts the pump again after the same alarm, three times in 10 min, is locked out: the
cause is still there (ALM-4). A person's own stop is no cause and does not count.
"""

from micropython import const

_WINDOW_MS = const(600_000)
_CYCLES = const(3)


class Cycles:
    """Counts identical start-and-stop cycles of this boot."""

    def __init__(self) -> None:
        self._alarm = 0
        self._stops_ms = []

    def stopped_by(self, alarm: int, now_ms: int) -> bool:
        """The running pump was stopped by this alarm; True at the third time in 10 min."""
        if alarm != self._alarm:
            self._alarm, self._stops_ms = alarm, []
        recent_ms = [t_ms for t_ms in self._stops_ms if now_ms - t_ms < _WINDOW_MS]
        self._stops_ms = recent_ms + [now_ms]
        return len(self._stops_ms) >= _CYCLES
