"""Reservoir accounting by hand (RES-1)."""

from __future__ import annotations

import pytest

from picodose.therapy.reservoir import EMPTY, FULL, LOW, Reservoir

TANK = Reservoir(20_000_000, 2_000_000, 1_000_000)


@pytest.mark.req("RES-1")
@pytest.mark.parametrize(
    ("counted_nl", "left_nl", "tier"),
    [
        (0, 20_000_000, FULL),
        (17_999_999, 2_000_001, FULL),
        (18_000_000, 2_000_000, LOW),
        (18_999_999, 1_000_001, LOW),
        (19_000_000, 1_000_000, EMPTY),
        (21_000_000, 0, EMPTY),
    ],
)
def test_low_and_empty_begin_exactly_at_their_level(
    counted_nl: int, left_nl: int, tier: int
) -> None:
    assert TANK.remaining_nl(counted_nl) == left_nl
    assert TANK.tier(counted_nl) == tier


@pytest.mark.req("RES-1")
def test_the_refill_date_assumes_every_allowed_bolus() -> None:
    # 18 mL down to low, 0.5 mL basal + 0.25 mL of boluses a day: 24 days
    assert TANK.refill_wall_s(0, 750_000, 1_000) == 1_000 + 24 * 86_400
    assert TANK.refill_wall_s(19_500_000, 750_000, 1_000) == 1_000
