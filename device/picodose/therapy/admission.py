"""The forward-looking check: what is accepted now never makes basal refused later (design 5.2).

When a later segment is granted, the grant check sees the buckets of now that still count at its
start, plus what was granted since. The first part is known bucket by bucket; the second is at most
the ordered volume of the stretch of limits.span_ms that ends where the segment ends. Up to
now + span the sum grows except where a bucket expires; after that it is a sliding window over
piecewise constant rates. So its largest value lies at a bucket expiry, or where one end of the
stretch is at a change of rate: only these instants are looked at, until the last accepted bolus
has left every window.
"""

from picodose import codes
from picodose.codes import Refused
from picodose.therapy.caps import Caps, Window
from picodose.therapy.limits import SEGMENT_MS, span_ms
from picodose.therapy.schedule import Schedule
from picodose.therapy.wallclock import WallClock

_DAY_MS = 86400000
_UNITS_PER_NL = 3600000


class Forecast:
    """Everything ordered from now on: the schedule and the boluses accepted on top of it.

    boluses: Bolus objects accepted by button or host (scheduled ones are in the program already);
    nl_num, steps_den: calibration, nl_num nL are steps_den steps.
    """

    def __init__(
        self,
        schedule: "Schedule | None",
        wall: WallClock,
        boluses: list,
        nl_num: int,
        steps_den: int,
    ) -> None:
        self._schedule = schedule
        self._wall = wall
        self._boluses = boluses
        self._nl_num = nl_num
        self._steps_den = steps_den
        self.share = (1, 1, 0)  # bridge.share()

    def units_between(self, t0_ms: int, t1_ms: int) -> int:
        """Ordered volume in [t0, t1), monotonic ms, in nL*ms/h; scheduled boluses included."""
        schedule, wall = self._schedule, self._wall
        units = 0
        if schedule:
            units = schedule.periodic_units(t0_ms, t1_ms)
            if wall.known():
                curve = schedule.rx.curve
                units += curve.volume_units(wall.week_ms(t0_ms), wall.week_ms(t1_ms))
            else:
                units += schedule.rx.fallback_nl_h * (t1_ms - t0_ms)
        for bolus in self._boluses:
            units += bolus.units_until(t1_ms) - bolus.units_until(t0_ms)
        return units

    def steps_between(self, t0_ms: int, t1_ms: int) -> int:
        """The most whole steps that a plan can grant for [t0, t1): rounded up, and one carried."""
        units = self.units_between(t0_ms, t1_ms)
        num, den, more = self.share
        units = min(-(-units * num // den), units + more)
        return -(-units * self._steps_den // (self._nl_num * _UNITS_PER_NL)) + 1

    def breaks_ms(self, t0_ms: int, t1_ms: int) -> list:
        """Instants in (t0, t1) at which the ordered rate changes, in order."""
        found = set()
        for bolus in self._boluses:
            found.add(bolus.start_ms)
            found.add(bolus.end_ms)
        if self._schedule:
            found.update(self._schedule.periodic_edges_ms(t1_ms))
            if self._wall.known():
                shift_ms = self._wall.week_ms(0)
                from_ms = t0_ms + shift_ms - _DAY_MS  # the longest bolus
                for cut_ms in self._schedule.rx.curve.cuts_ms(from_ms, t1_ms + shift_ms):
                    found.add(cut_ms - shift_ms)
        return sorted([t_ms for t_ms in found if t0_ms < t_ms < t1_ms])


def admit(caps: Caps, now_ms: int, forecast: Forecast, end_ms: int) -> None:
    """Refuse (CAP_ROOM) what would make the grant check refuse ordered volume later.

    now_ms: end of the last granted segment; end_ms: end of the last accepted bolus, or now_ms.
    """
    for window in caps.windows:
        until_ms = max(now_ms, end_ms) + span_ms(window.window_ms, window.bucket_ms)
        breaks_ms = forecast.breaks_ms(now_ms, until_ms)
        excess = _excess_steps(window, now_ms, until_ms, forecast, breaks_ms)
        if excess > 0:
            raise Refused(
                codes.CAP_ROOM,
                "volume",
                window.cap_steps + excess,
                window.cap_steps,
                "wait, or ask for less",
            )


def check_rates(now_ms: int, forecast: Forecast, end_ms: int, rate_max_nl_h: int) -> None:
    """Refuse (RX_BOLUS_RATE) a bolus that with basal would pass the pump's rate before end_ms."""
    t0_ms = now_ms
    for t1_ms in forecast.breaks_ms(now_ms, end_ms) + [end_ms]:
        if t1_ms > t0_ms:
            # floors of two boluses make the volume of a piece at most two units too large
            rate_nl_h = -((2 - forecast.units_between(t0_ms, t1_ms)) // (t1_ms - t0_ms))
            if rate_nl_h > rate_max_nl_h:
                raise Refused(
                    codes.RX_BOLUS_RATE,
                    "rate",
                    rate_nl_h,
                    rate_max_nl_h,
                    "give it over a longer time",
                )
        t0_ms = t1_ms


def _excess_steps(
    window: Window, now_ms: int, until_ms: int, forecast: Forecast, breaks_ms: list
) -> int:
    """Largest volume that the grant check will see until until_ms, minus the cap (steps)."""
    length_ms = span_ms(window.window_ms, window.bucket_ms)
    buckets = window.expiries(now_ms)
    starts_ms = [expiry_ms for expiry_ms, _left in buckets]  # of the segment then granted
    for break_ms in [now_ms] + breaks_ms + [until_ms]:
        starts_ms.append(max(now_ms, break_ms - SEGMENT_MS))
        starts_ms.append(break_ms - SEGMENT_MS + length_ms)
    worst = 0
    for start_ms in starts_ms:
        if now_ms <= start_ms <= until_ms:
            end_ms = start_ms + SEGMENT_MS
            coming = forecast.steps_between(max(now_ms, end_ms - length_ms), end_ms)
            worst = max(worst, coming + _still_counting(buckets, start_ms))
    return worst - window.cap_steps


def _still_counting(buckets: list, t_ms: int) -> int:
    for expiry_ms, left_steps in buckets:
        if expiry_ms >= t_ms:
            return left_steps
    return 0
