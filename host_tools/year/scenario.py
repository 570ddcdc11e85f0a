"""What happens in the year, as data: `days` may be fewer, then everything comes closer together.

Times are seconds since the pump was switched on, at 08:00 of the first day.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_START_S = int((datetime(2026, 3, 2, 8, tzinfo=UTC) - _EPOCH).total_seconds())
_DRIFT_PPM = 20  # the pump's crystal is that much slow

FLUID = "demo-baclofen"
FILL_NL = 20_000_000
VISITS = 12
REFILLS = (2, 5, 8, 11)  # visits
STRONGER = {5: 1_000, 8: 2_000}  # visit: ug/mL from then on
FIRST_UG_ML = 500
BATTERY_VISIT = 6
_VISIT_AT_S = 2 * HOUR_S  # 10:00
_OUTAGES = ((0.13, 19 * HOUR_S, 600), (0.45, 2 * HOUR_S, 1_800), (0.81, 17 * HOUR_S, 30))
_STALL = (0.62, 17 * HOUR_S)
STALL_S = 10 * HOUR_S
_QUIET_S = (1 * HOUR_S, 4 * HOUR_S)  # of the day since 08:00: nobody presses while others act
_AWAKE_S = 14 * HOUR_S


@dataclass(frozen=True)
class Outage:
    """The power fails at `at_s` for `off_s`; a person sets the clock at `back_s`."""

    at_s: int
    off_s: int
    back_s: int


@dataclass(frozen=True)
class Scenario:
    """The whole of it."""

    days: int = 365
    seed: int = 1

    @property
    def end_s(self) -> int:
        """When it is over."""
        return self.days * DAY_S

    def visits_s(self) -> list[int]:
        """When somebody looks after the pump."""
        every = self.days / VISITS
        return [int((k + 0.5) * every) * DAY_S + _VISIT_AT_S for k in range(VISITS)]

    def outages(self) -> list[Outage]:
        """When the power fails."""
        return [self._outage(self._free_day(share), at, off) for share, at, off in _OUTAGES]

    def stall_s(self) -> int:
        """When a strong magnet begins to hold the rotor, for STALL_S."""
        return self._free_day(_STALL[0]) * DAY_S + _STALL[1]

    def battery_soon_s(self) -> int:
        """When the first cells are to be at *replace soon*."""
        return int(0.46 * self.end_s)

    def presses_s(self) -> list[int]:
        """When the patient presses the button; sometimes again too soon."""
        pick = random.Random(f"patient {self.seed}")
        found = []
        for day in range(self.days):
            for _ in range(pick.choice((0, 0, 1, 1, 2, 3))):
                at_s = pick.randrange(_AWAKE_S)
                again_s = at_s + 20 * MINUTE_S if pick.random() < 0.15 else at_s
                found += [day * DAY_S + t_s for t_s in {at_s, again_s} if not _quiet(t_s)]
        return sorted(found)

    def change_percent(self, visit: int) -> int:
        """By how much the dose is adjusted at a visit."""
        return random.Random(f"dose {self.seed} {visit}").choice((-6, 0, 5, 8, 10, 12))

    def wall_s(self, t_s: float) -> int:
        """What a good clock shows: seconds since 2000-01-01, bench local time."""
        return _START_S + int(t_s * (1 + _DRIFT_PPM / 1e6))

    def date(self, t_s: float) -> datetime:
        """The same as a date."""
        return _EPOCH + timedelta(seconds=_START_S + t_s)

    def _free_day(self, share: float) -> int:
        """A day near that share of the year on which nobody visits, nor on the next."""
        busy = {t_s // DAY_S for t_s in self.visits_s()}
        day = int(share * self.days)
        while {day, day + 1} & busy:
            day += 1
        return day

    def _outage(self, day: int, at_s: int, off_s: int) -> Outage:
        begin_s = day * DAY_S + at_s
        next_quiet_s = (begin_s - 3 * HOUR_S) // DAY_S * DAY_S + DAY_S + 3 * HOUR_S
        return Outage(begin_s, off_s, next_quiet_s)


def _quiet(at_s: int) -> bool:
    return _QUIET_S[0] <= at_s < _QUIET_S[1]
