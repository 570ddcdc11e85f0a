"""Ordered basal volume as a function of time, and the scheduled boluses that fall due.

Volume is counted in units of nL*ms/h (3_600_000 a nL), so the integral of a piecewise constant
rate is exact in integers. The piece of constant rate in force is cached until the clock is set:
in the common case a call costs two comparisons and a product.
"""

from micropython import const

from picodose.therapy.prescription import Prescription
from picodose.therapy.wallclock import WallClock

FAR_MS = 1 << 62  # later than anything: "no further boundary"
_DAY_MS = const(86400000)
_MINUTE_MS = const(60000)


class Schedule:
    """The continuous part of one prescription (mode min, const or day) on a wall clock.

    While the wall clock is unknown the rate is the fallback and no scheduled bolus falls due.
    """

    def __init__(self, rx: Prescription) -> None:
        self.rx = rx
        self._cyclic = rx.mode == "day"
        self._forget(-1)

    def units(self, t0_ms: int, t1_ms: int, wall: WallClock) -> int:
        """Exact integral of the basal rate over [t0, t1), monotonic ms, in nL*ms/h."""
        total = 0
        while True:
            if not (self._from_ms <= t0_ms < self._to_ms and self._version == wall.version):
                self._find(t0_ms, wall)
            if t1_ms <= self._to_ms:
                return total + self._rate_nl_h * (t1_ms - t0_ms)
            total += self._rate_nl_h * (self._to_ms - t0_ms)
            t0_ms = self._to_ms

    def rate_nl_h(self, t_ms: int, wall: WallClock) -> int:
        """Basal rate in force at a monotonic instant."""
        if not (self._from_ms <= t_ms < self._to_ms and self._version == wall.version):
            self._find(t_ms, wall)
        return self._rate_nl_h

    def next_boundary_ms(self, t_ms: int, wall: WallClock) -> int:
        """Next step boundary strictly after t_ms (monotonic), FAR_MS if there is none."""
        self.rate_nl_h(t_ms, wall)
        return self._to_ms

    def bolus_due(self, t0_ms: int, t1_ms: int, wall: WallClock) -> "tuple | None":
        """First scheduled bolus that starts in [t0, t1): (start_ms, amount_nl, duration_ms, step).

        Each is reported once: the wall clock's mark moves past it, and the caller either gives it
        or journals it as missed.
        """
        if self._version != wall.version:
            self._forget(wall.version)
        if t1_ms <= self._quiet_to_ms and t0_ms >= self._quiet_from_ms:
            return None
        due = self._next_bolus(wall.first_open_ms(t0_ms), wall) if wall.known() else None
        if due is None or due[0] >= t1_ms:
            self._quiet_from_ms = t0_ms
            self._quiet_to_ms = due[0] if due else FAR_MS
            return None
        wall.settle(due[0] + 1)
        return due

    def boluses_between(self, from_ms: int, to_ms: int) -> list:
        """Scheduled boluses that start in a wall stretch: list of (wall_ms, amount_nl, step)."""
        found = []
        for day in range(from_ms // _DAY_MS, to_ms // _DAY_MS + 1):
            for i in range(len(self.rx.steps)):
                start_min, _rate, bolus_nl, _ms = self.rx.steps[i]
                at_ms = day * _DAY_MS + start_min * _MINUTE_MS
                if bolus_nl and from_ms <= at_ms < to_ms:
                    found.append((at_ms, bolus_nl, i))
        return found

    def _forget(self, version: int) -> None:
        self._version = version
        self._from_ms = self._to_ms = 0
        self._rate_nl_h = 0
        self._quiet_from_ms = self._quiet_to_ms = 0  # a stretch without a scheduled bolus

    def _find(self, t_ms: int, wall: WallClock) -> None:
        """Cache the piece of constant rate that holds t_ms."""
        if self._version != wall.version:
            self._forget(wall.version)
        if not self._cyclic or not wall.known():
            self._from_ms, self._to_ms = -FAR_MS, FAR_MS
            self._rate_nl_h = self.rx.fallback_nl_h if self._cyclic else self.rx.steps[0][1]
            return
        midnight_ms = t_ms - wall.day_ms(t_ms)
        steps = self.rx.steps
        i = len(steps) - 1
        while i >= 0 and midnight_ms + steps[i][0] * _MINUTE_MS > t_ms:
            i -= 1
        self._rate_nl_h = steps[i][1]  # i == -1: yesterday's last step
        self._from_ms = midnight_ms + steps[i][0] * _MINUTE_MS - (_DAY_MS if i < 0 else 0)
        last = i == len(steps) - 1
        self._to_ms = (
            midnight_ms + steps[0 if last else i + 1][0] * _MINUTE_MS + (_DAY_MS if last else 0)
        )

    def _next_bolus(self, t_ms: int, wall: WallClock) -> "tuple | None":
        """First scheduled bolus starting at or after t_ms."""
        best = None
        day_ms = wall.day_ms(t_ms)
        for i in range(len(self.rx.steps)):
            start_min, _rate, bolus_nl, bolus_ms = self.rx.steps[i]
            if bolus_nl:
                at_ms = t_ms + (start_min * _MINUTE_MS - day_ms) % _DAY_MS
                if best is None or at_ms < best[0]:
                    best = (at_ms, bolus_nl, bolus_ms, i)
        return best
