"""Ordered basal volume as a function of time, and the scheduled boluses that fall due.

Volume is counted in units of nL*ms/h (3_600_000 a nL), so the integral of a piecewise constant
rate is exact in integers. The piece of constant rate in force is cached until the clock is set:
in the common case a call costs two comparisons and a product.
"""

from picodose.therapy.prescription import Prescription
from picodose.therapy.wallclock import MONDAY_MS, WallClock
from picodose.therapy.weekcurve import periodic_units

FAR_MS = 1 << 62  # later than anything: "no further boundary"


class Schedule:
    """The continuous part of one stored prescription, and its boluses, on a wall clock.

    While the wall clock is unknown the rate is the fallback and no bolus of a day falls due.
    Periodic boluses fall due on monotonic time alone: from first_ms on, each interval.
    """

    def __init__(self, rx: Prescription, first_ms: int = 0) -> None:
        self.rx = rx
        self.next_ms = first_ms  # start of the next periodic bolus
        self._cyclic = rx.mode in ("day", "week")
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
        if not (self._from_ms <= t_ms < self._to_ms and self._version == wall.version):
            self._find(t_ms, wall)
        return self._to_ms

    def bolus_due(self, t0_ms: int, t1_ms: int, wall: WallClock) -> "tuple | None":
        """First scheduled bolus that starts in [t0, t1): (start_ms, amount_nl, duration_ms, step).

        Each is reported once: the wall clock's mark moves past it, and the caller either gives it
        or journals it as missed.
        """
        if self.rx.periodic:
            return self._periodic_due(self.rx.periodic, t1_ms)
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
        return [
            (start_ms - MONDAY_MS, bolus_nl, i)
            for start_ms, _rate, bolus_nl, _ms, i in self.rx.curve.starts(
                from_ms + MONDAY_MS, to_ms + MONDAY_MS
            )
            if bolus_nl
        ]

    def periodic_units(self, t0_ms: int, t1_ms: int) -> int:
        """Volume of the periodic boluses still to come in [t0, t1), in nL*ms/h."""
        return self._periodic_until(t1_ms) - self._periodic_until(t0_ms)

    def periodic_edges_ms(self, t1_ms: int):
        """Instants before t1 at which a periodic bolus still to come begins or ends."""
        if self.rx.periodic:
            _nl, bolus_ms, interval_ms = self.rx.periodic
            start_ms = self.next_ms
            while start_ms < t1_ms:
                yield start_ms
                yield start_ms + bolus_ms
                start_ms += interval_ms

    def _periodic_due(self, periodic: tuple, t1_ms: int) -> "tuple | None":
        start_ms = self.next_ms
        if start_ms >= t1_ms:
            return None
        bolus_nl, bolus_ms, interval_ms = periodic
        self.next_ms += interval_ms
        return (start_ms, bolus_nl, bolus_ms, 0)

    def _periodic_until(self, t_ms: int) -> int:
        if not self.rx.periodic or t_ms <= self.next_ms:
            return 0
        bolus_nl, bolus_ms, interval_ms = self.rx.periodic
        return periodic_units(bolus_nl, bolus_ms, interval_ms, t_ms - self.next_ms)

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
            self._rate_nl_h = self.rx.fallback_nl_h
            return
        shift_ms = wall.week_ms(0)
        self._rate_nl_h, from_ms, to_ms = self.rx.curve.basal(t_ms + shift_ms)
        self._from_ms, self._to_ms = from_ms - shift_ms, to_ms - shift_ms

    def _next_bolus(self, t_ms: int, wall: WallClock) -> "tuple | None":
        """First scheduled bolus starting at or after t_ms."""
        shift_ms = wall.week_ms(0)
        t_ms += shift_ms
        for start_ms, _rate, bolus_nl, bolus_ms, i in self.rx.curve.starts(
            t_ms, t_ms + self.rx.curve.whole_ms()
        ):
            if bolus_nl:
                return (start_ms - shift_ms, bolus_nl, bolus_ms, i)
        return None
