"""What is ordered right now: the basal schedule plus the one running bolus, as volume over
monotonic time.

Upstream: pump.py (accepts prescriptions and boluses). Downstream: delivery/granter.py. Volume
is counted in units of nL*ms/h (3,600,000 a nL), so every rate and every whole ms gives an integer.
"""


class Order:
    """schedule: Schedule or None (stopped: no basal); wall: WallClock."""

    def __init__(self, wall):
        self._wall = wall
        self.schedule = None
        self.bolus = None

    def units(self, t0_ms: int, t1_ms: int) -> int:
        """Ideal volume between two instants, in nL*ms/h."""
        total = self.schedule.units(t0_ms, t1_ms, self._wall) if self.schedule else 0
        bolus = self.bolus
        if bolus:
            total += bolus.units_until(t1_ms) - bolus.units_until(t0_ms)
        return total

    def next_change_ms(self, t_ms: int, limit_ms: int) -> int:
        """The first instant after t_ms at which the rate may change, or limit_ms if that comes
        first.
        """
        schedule, bolus = self.schedule, self.bolus
        if schedule:
            boundary_ms = schedule.next_boundary_ms(t_ms, self._wall)
            if boundary_ms < limit_ms:
                limit_ms = boundary_ms
        if bolus:
            for edge_ms in (bolus.start_ms, bolus.end_ms):
                if t_ms < edge_ms < limit_ms:
                    limit_ms = edge_ms
        return limit_ms

    def rate_nl_h(self, t_ms: int) -> int:
        """Ordered rate at an instant, basal plus bolus, nL/h rounded up."""
        rate = self.schedule.rate_nl_h(t_ms, self._wall) if self.schedule else 0
        bolus = self.bolus
        if bolus and bolus.start_ms <= t_ms < bolus.end_ms:
            rate += bolus.rate_nl_h()
        return rate
