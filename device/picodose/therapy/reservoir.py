"""Reservoir accounting: what went in minus what was counted out (RES-1)."""

from micropython import const

FULL = const(0)
LOW = const(1)
EMPTY = const(2)
_DAY_S = const(86400)


class Reservoir:
    """filled_nl: volume at the last fill; low_nl, empty_nl: remaining volume at which it alarms.

    The empty level is residue that the pump cannot draw. Counted volume includes uncertain steps
    after a reset: the remaining volume is never overstated.
    """

    def __init__(self, filled_nl: int, low_nl: int, empty_nl: int) -> None:
        self.filled_nl = filled_nl
        self.low_nl = low_nl
        self.empty_nl = empty_nl

    def remaining_nl(self, counted_nl: int) -> int:
        """Volume left after counted_nl was drawn since the fill; never below 0."""
        return max(self.filled_nl - counted_nl, 0)

    def tier(self, counted_nl: int) -> int:
        """FULL, LOW (at or below the low level) or EMPTY (at or below the residue: stop)."""
        left_nl = self.remaining_nl(counted_nl)
        if left_nl <= self.empty_nl:
            return EMPTY
        return LOW if left_nl <= self.low_nl else FULL

    def refill_wall_s(self, counted_nl: int, day_nl: int, now_wall_s: int) -> int:
        """Wall time at which LOW is reached if every day takes day_nl, rounded to the early side.

        day_nl: the program's 24 h total plus every bolus that is allowed in 24 h; > 0.
        """
        left_nl = max(self.remaining_nl(counted_nl) - self.low_nl, 0)
        return now_wall_s + left_nl * _DAY_S // day_nl
