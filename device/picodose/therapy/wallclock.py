"""The wall clock: an offset on the monotonic clock, and the memory of scheduled boluses.

The Pico forgets the time of day at a power loss; a host sets it. The *mark* is the latest wall
instant up to which scheduled boluses are settled: each was given or is journaled as missed. It
moves with lived time and never back, so a clock set back gives no bolus a second time, and a clock
set forward makes none up. One exception keeps a wrong date from silencing the program for months:
after a set the mark is at most one day ahead of the clock, so a step back of more than a day (a
change of date) withholds exactly the first day of scheduled boluses.
"""

from micropython import const

MONDAY_MS = const(432000000)  # 2000-01-01 was a Saturday, five days into its week
_DAY_MS = const(86400000)
_NO_MARK_S = const(0xFFFFFFFF)


class WallClock:
    """Wall time is integer seconds since 2000-01-01 00:00 local; mono_ms is time since boot."""

    def __init__(self, mark_s: int = 0xFFFFFFFF) -> None:
        """mark_s: what mark_s() returned before a reset; 0xFFFFFFFF when there is none."""
        self.version = 0  # changes at each set; caches compare it
        self.offset_ms = 0  # wall ms = mono ms + offset, when known
        self._known = False
        self._mark_ms = None if mark_s == _NO_MARK_S else mark_s * 1000

    def known(self) -> bool:
        """Tell whether the time of day is known since this boot."""
        return self._known

    def set(self, mono_ms: int, wall_s: int) -> "tuple | None":
        """Set the clock; return the wall stretch (from_ms, to_ms) that was skipped, or None.

        Boluses scheduled in the skipped stretch (start in from <= s < to) are missed, to be
        journaled by the caller; a stretch longer than a day is cut to its last day.
        """
        new_ms = wall_s * 1000
        if self._known:
            self.settle(mono_ms)
        self.offset_ms = new_ms - mono_ms
        self._known = True
        self.version += 1
        before_ms = self._mark_ms
        if before_ms is None:
            self._mark_ms = new_ms
            return None
        self._mark_ms = max(min(before_ms, new_ms + _DAY_MS), new_ms)
        return (max(before_ms, new_ms - _DAY_MS), new_ms) if before_ms < new_ms else None

    def settle(self, mono_ms: int) -> None:
        """Move the mark up to this instant: scheduled boluses that start before it are settled."""
        if self._known and (self._mark_ms is None or mono_ms + self.offset_ms > self._mark_ms):
            self._mark_ms = mono_ms + self.offset_ms

    def mark_s(self, asked_ms: int) -> int:
        """The mark for the reservation record, wall seconds rounded up (0xFFFFFFFF: none).

        asked_ms: monotonic end of the last window that Schedule.bolus_due() was asked about.
        """
        mark_ms = self._mark_ms
        if self._known and (mark_ms is None or asked_ms + self.offset_ms > mark_ms):
            mark_ms = asked_ms + self.offset_ms
        return _NO_MARK_S if mark_ms is None else -(-mark_ms // 1000)

    def first_open_ms(self, mono_ms: int) -> int:
        """Earliest monotonic instant >= mono_ms at which a scheduled bolus may still start."""
        return max(mono_ms, self._mark_ms - self.offset_ms)  # type: ignore

    def wall_s(self, mono_ms: int) -> "int | None":
        """Wall seconds at a monotonic instant, or None while the time is unknown."""
        return (mono_ms + self.offset_ms) // 1000 if self._known else None

    def day_ms(self, mono_ms: int) -> int:
        """Milliseconds since midnight at a monotonic instant; only while known."""
        return (mono_ms + self.offset_ms) % _DAY_MS

    def week_ms(self, mono_ms: int) -> int:
        """Milliseconds from the Monday before 2000 to a monotonic instant; only while known."""
        return mono_ms + self.offset_ms + MONDAY_MS
