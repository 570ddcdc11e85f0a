"""One accepted bolus: its ordered volume as a function of time, exact at the end."""

from micropython import const

_UNITS_PER_NL = const(3600000)


class Bolus:
    """amount_nl spread evenly over duration_ms from start_ms (monotonic).

    id: number in the journal; origin: small number of who asked (button, host, schedule).
    """

    def __init__(
        self, id: int, origin: int, amount_nl: int, duration_ms: int, start_ms: int
    ) -> None:
        self.id = id
        self.origin = origin
        self.amount_nl = amount_nl
        self.duration_ms = duration_ms
        self.begin_at(start_ms)

    def begin_at(self, start_ms: int) -> None:
        """Set, or move, its start; only before its first step."""
        self.start_ms = start_ms
        self.end_ms = start_ms + self.duration_ms

    def units_until(self, t_ms: int) -> int:
        """Ordered volume from the start until t_ms in nL*ms/h, rounded down; exact at the end."""
        elapsed_ms = min(max(t_ms - self.start_ms, 0), self.duration_ms)
        return self.amount_nl * _UNITS_PER_NL * elapsed_ms // self.duration_ms

    def remaining_nl(self, t_ms: int) -> int:
        """What is still to come at t_ms, rounded up (nL)."""
        return self.amount_nl - self.units_until(t_ms) // _UNITS_PER_NL

    def rate_nl_h(self) -> int:
        """Its own rate, rounded up (nL/h)."""
        return -(-self.amount_nl * _UNITS_PER_NL // self.duration_ms)
