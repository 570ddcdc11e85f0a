"""What happens to the bench during the demo, placed on the day of whatever prescription it is
given.

All times are seconds from the start of the day (`start_s` tells which time of day that is).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from host_tools.demo.oracle import Order

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_DATE_S = int((datetime(2026, 3, 2, tzinfo=UTC) - _EPOCH).total_seconds())
LEAD_S = 60  # the pump is switched on, set up and started before the day begins
START_S = -10
HOUR_S = 3600
RESERVOIR_LOW_NL = 2_000_000
_USABLE_AFTER_LOW_NL = 900_000  # of the 1 mL between *low* and *empty*
_MAH_PER_HOUR = 250.0  # capacity for each hour of the day: a day of 24 h has four C cells


@dataclass(frozen=True)
class Scenario:
    """The day's length and its events."""

    start_s: int = 0
    duration_s: int = 24 * HOUR_S
    row_s: int = HOUR_S  # the host reads the status, and the table has a row, this often
    cut_s: int = 18 * HOUR_S
    off_s: int = 600
    clock_set_s: int = 18 * HOUR_S + 1800
    bolus_s: int = 8 * HOUR_S  # when a single bolus is asked for, if the file holds one
    battery_low_s: int = 20 * HOUR_S + 1800
    reservoir_low_s: int = 15 * HOUR_S
    seed: int = 1

    @property
    def back_s(self) -> int:
        """When the power is back."""
        return self.cut_s + self.off_s

    @property
    def capacity_mah(self) -> float:
        """A battery that goes from *replace soon* to *low* within the day, and not to its end."""
        return _MAH_PER_HOUR * self.duration_s / HOUR_S

    def wall_s(self, t_s: float) -> int:
        """Seconds since 2000-01-01 00:00 bench local time, as the pump's clock counts."""
        return _DATE_S + self.start_s + int(t_s // 1)

    @property
    def weekday(self) -> int:
        """Of the day, Monday is 0."""
        return (_EPOCH + timedelta(seconds=_DATE_S)).weekday()

    def stamp(self, t_s: float) -> str:
        """Date and time of day."""
        return f"{_EPOCH + timedelta(seconds=self.wall_s(t_s)):%Y-%m-%d %H:%M:%S}"

    def clock(self, t_s: float) -> str:
        """Time of day."""
        return self.stamp(t_s)[11:]

    def fill_nl(self, order: Order) -> int:
        """What the bag holds at the start, so that it is low at `reservoir_low_s`, or later when
        what follows would otherwise empty it."""
        total_nl = order.volume_nl(0, self.duration_s)
        low_s = self.reservoir_low_s
        if order.mode == "bolus":  # nothing else is drawn: half-way through it
            low_s = self.bolus_s + int(order.boluses[0].duration_s / 2)
        by_then_nl = order.volume_nl(0, low_s)
        return RESERVOIR_LOW_NL + int(max(by_then_nl, total_nl - _USABLE_AFTER_LOW_NL))


def short_day(seed: int = 1) -> Scenario:
    """Two hours from 06:00 with everything that happens in the long day."""
    return Scenario(
        start_s=6 * HOUR_S, duration_s=2 * HOUR_S, row_s=900, cut_s=3600, off_s=120,
        clock_set_s=4200, bolus_s=600, battery_low_s=6000, reservoir_low_s=3000, seed=seed,
    )  # fmt: skip
