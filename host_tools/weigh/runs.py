"""The runs of a calibration: three speeds, three times each, as the pump demands (DEL-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

REPEATS = 3
_SHARES = ((1, 10), (1, 3), (1, 1))  # of the profile's highest rate
_AMOUNT = (2, 5)  # of the largest run


@dataclass(frozen=True)
class Run:
    """amount_nl at rate_nl_h, to be weighed."""

    rate_nl_h: int
    amount_nl: int

    @property
    def duration_s(self) -> int:
        """How long it takes, rounded up."""
        return -(-self.amount_nl * 3600 // self.rate_nl_h)


def runs_of(profile: ModuleType, points: Sequence[Sequence[int]] = ()) -> list[Run]:
    """The runs that are left to make, slow ones first; points: weighings that are there already
    (rate_nl_h, steps, weighed_ug).
    """
    amount_nl = profile.CALIBRATION_MAX_NL * _AMOUNT[0] // _AMOUNT[1]
    done = [int(point[0]) for point in points]
    left = []
    for num, den in _SHARES:
        rate_nl_h = profile.PRIME_RATE_NL_H * num // den
        left += [Run(rate_nl_h, amount_nl)] * max(0, REPEATS - done.count(rate_nl_h))
    return left
