"""The forward-looking check by hand (LIM-2)."""

from __future__ import annotations

import pytest

from picodose import codes
from picodose.therapy.admission import Forecast, admit, check_rates
from picodose.therapy.bolus import Bolus
from picodose.therapy.caps import Caps
from picodose.therapy.limits import Limits
from picodose.therapy.prescription import encode, parse
from picodose.therapy.schedule import Schedule
from picodose.therapy.wallclock import WallClock

HOUR_MS = 3_600_000
LIMITS = Limits(250, 2_000_000, 500_000, 2_000_000, ())


def schedule(*steps: list[int]) -> Schedule:
    head = {"v": 2, "mode": "day", "fluid": "water", "conc_ug_ml": 0, "fallback_nl_h": 250}
    return Schedule(parse(encode({**head, "steps": list(steps)}), LIMITS))


def accepted(caps: Caps, plan: Schedule | None, wall: WallClock, bolus: Bolus, at: int) -> bool:
    try:
        admit(caps, at, Forecast(plan, wall, [bolus], 1, 1), bolus.end_ms)
    except codes.Refused as refused:
        assert refused.code == codes.CAP_ROOM
        return False
    return True


@pytest.mark.req("LIM-2")
def test_the_published_counterexample_is_refused() -> None:
    """10 uL/h for 23 h, then rate 1 and a bolus of 226 under a cap of 250: 457 in the window."""
    caps = Caps(((24 * HOUR_MS, HOUR_MS // 2, 250_000),))
    for second in range(2, 23 * 3600 + 1, 2):
        caps.grant(10_000 * second // 3600 - 10_000 * (second - 2) // 3600, second * 1000)
    now_ms = 23 * HOUR_MS
    wall = WallClock()
    wall.set(now_ms, 0)
    plan = schedule([0, 1_000, 0, 0])
    assert not accepted(caps, plan, wall, Bolus(1, 0, 226_000, HOUR_MS, now_ms), now_ms)
    assert accepted(caps, plan, wall, Bolus(1, 0, 15_000, HOUR_MS, now_ms), now_ms)


@pytest.mark.req("LIM-2")
def test_a_bolus_now_is_refused_because_of_the_higher_step_to_come() -> None:
    caps = Caps(((HOUR_MS, 60_000, 110_000),))
    wall = WallClock()
    wall.set(0, 0)
    busy = schedule([0, 1_000, 0, 0], [30, 100_000, 0, 0], [120, 1_000, 0, 0])
    early = Bolus(1, 0, 70_000, 60_000, 0)
    # 70 000 + 30 min at 1000 + 31 min at 100 000: above the cap just before the bolus expires
    assert not accepted(caps, busy, wall, early, 0)
    assert accepted(caps, schedule([0, 1_000, 0, 0]), wall, early, 0)


@pytest.mark.req("LIM-2")
def test_a_long_bolus_is_looked_at_until_it_has_left_every_window() -> None:
    caps = Caps(((HOUR_MS, 60_000, 110_000),))
    wall = WallClock()
    wall.set(0, 0)
    later = schedule([0, 1_000, 0, 0], [180, 100_000, 0, 0], [300, 1_000, 0, 0])
    assert not accepted(caps, later, wall, Bolus(1, 0, 80_000, 4 * HOUR_MS, 0), 0)
    assert accepted(caps, later, wall, Bolus(1, 0, 80_000, 2 * HOUR_MS, 0), 0)


@pytest.mark.req("THER-3")
def test_a_bolus_on_top_of_basal_stays_below_the_pumps_rate() -> None:
    wall = WallClock()
    wall.set(0, 0)
    plan = schedule([0, 1_000, 0, 0], [30, 100_000, 0, 0])
    bolus = Bolus(1, 0, 100_000, HOUR_MS, 0)  # 100 uL/h: 101 at first, 200 from 00:30
    forecast = Forecast(plan, wall, [bolus], 1, 1)
    check_rates(0, forecast, bolus.end_ms, 200_000)
    with pytest.raises(codes.Refused) as caught:
        check_rates(0, forecast, bolus.end_ms, 199_999)
    assert caught.value.code == codes.RX_BOLUS_RATE
    check_rates(0, forecast, HOUR_MS // 2, 101_000)
