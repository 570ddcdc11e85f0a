"""Basal volume and scheduled boluses by hand (THER-7, CLK-1); the search is in tests/property."""

from __future__ import annotations

import pytest

from picodose.therapy.limits import Limits
from picodose.therapy.prescription import Prescription, encode, parse
from picodose.therapy.schedule import FAR_MS, Schedule
from picodose.therapy.wallclock import WallClock

HOUR_MS = 3_600_000
LIMITS = Limits(250, 1_000_000, 500_000, 1_000_000, ())
HEAD = {"v": 2, "fluid": "water", "conc_ug_ml": 0}


def day(*steps: list[int]) -> Prescription:
    fields = {**HEAD, "mode": "day", "fallback_nl_h": 500, "steps": list(steps)}
    return parse(encode(fields), LIMITS)


def clock_at(hour: int, minute: int = 0, mono_ms: int = 0) -> WallClock:
    wall = WallClock()
    wall.set(mono_ms, hour * 3600 + minute * 60)
    return wall


NIGHT_AND_DAY = day([420, 20_000, 2_000, 300_000], [1_320, 8_000, 0, 0])  # 07:00 and 22:00


@pytest.mark.req("THER-7")
def test_the_rate_changes_exactly_at_the_minute() -> None:
    plan, wall = Schedule(NIGHT_AND_DAY), clock_at(6)
    assert plan.rate_nl_h(0, wall) == 8_000  # yesterday's last step
    assert plan.next_boundary_ms(0, wall) == HOUR_MS
    assert plan.rate_nl_h(HOUR_MS - 1, wall) == 8_000
    assert plan.rate_nl_h(HOUR_MS, wall) == 20_000
    assert plan.next_boundary_ms(HOUR_MS, wall) == 16 * HOUR_MS
    assert plan.units(HOUR_MS - 1, HOUR_MS + 1, wall) == 28_000


@pytest.mark.req("THER-7")
def test_midnight_changes_nothing_inside_a_step() -> None:
    plan, wall = Schedule(NIGHT_AND_DAY), clock_at(23)
    assert plan.units(0, 2 * HOUR_MS, wall) == 16_000 * HOUR_MS
    assert plan.next_boundary_ms(0, wall) == 8 * HOUR_MS


@pytest.mark.req("CLK-1")
def test_with_the_clock_unknown_the_fallback_runs_and_no_bolus_falls_due() -> None:
    plan, wall = Schedule(NIGHT_AND_DAY), WallClock()
    assert plan.rate_nl_h(5, wall) == 500
    assert plan.next_boundary_ms(5, wall) == FAR_MS
    assert plan.bolus_due(0, 48 * HOUR_MS, wall) is None
    wall.set(1_000, 8 * 3600)
    assert plan.rate_nl_h(1_000, wall) == 20_000


@pytest.mark.req("THER-1")
def test_a_constant_prescription_needs_no_clock() -> None:
    rx = parse(encode({**HEAD, "mode": "const", "rate_nl_h": 20_000}), LIMITS)
    assert Schedule(rx).units(0, 30 * 24 * HOUR_MS, WallClock()) == 20_000 * 720 * HOUR_MS


@pytest.mark.req("THER-7")
def test_a_scheduled_bolus_is_reported_once_each_day() -> None:
    plan, wall = Schedule(NIGHT_AND_DAY), clock_at(6)
    assert plan.bolus_due(0, HOUR_MS, wall) is None
    assert plan.bolus_due(HOUR_MS, HOUR_MS + 2_000, wall) == (HOUR_MS, 2_000, 300_000, 0)
    assert plan.bolus_due(HOUR_MS, 24 * HOUR_MS, wall) is None
    tomorrow = plan.bolus_due(24 * HOUR_MS, 26 * HOUR_MS, wall)
    assert tomorrow == (25 * HOUR_MS, 2_000, 300_000, 0)


@pytest.mark.req("THER-7")
def test_summer_time_back_and_forth_neither_repeats_nor_makes_up() -> None:
    at_3 = day([180, 1_000, 2_000, 60_000])
    plan, wall = Schedule(at_3), clock_at(2, 30)
    assert plan.bolus_due(0, HOUR_MS, wall) == (HOUR_MS // 2, 2_000, 60_000, 0)
    assert wall.set(HOUR_MS, 2 * 3600 + 1_800) is None  # 03:30 becomes 02:30
    assert plan.bolus_due(HOUR_MS, 20 * HOUR_MS, wall) is None
    plan, wall = Schedule(at_3), clock_at(2, 30)
    skipped = wall.set(1_000, 3 * 3600 + 1_800)  # 02:30 becomes 03:30
    assert skipped is not None
    assert plan.boluses_between(*skipped) == [(3 * HOUR_MS, 2_000, 0)]
    assert plan.bolus_due(1_000, 20 * HOUR_MS, wall) is None


@pytest.mark.req("CLK-1")
def test_the_mark_survives_a_power_loss_and_still_prevents_a_repeat() -> None:
    plan, wall = Schedule(NIGHT_AND_DAY), clock_at(6, 59)
    assert plan.bolus_due(0, 120_000, wall) is not None
    again = WallClock(wall.mark_s(62_000))
    assert again.wall_s(0) is None
    again.set(0, 6 * 3600 + 50 * 60)
    assert Schedule(NIGHT_AND_DAY).bolus_due(0, 12 * HOUR_MS, again) is None


@pytest.mark.req("CLK-1")
def test_what_the_dark_hours_skipped_is_told_when_the_clock_is_set() -> None:
    wall = clock_at(6, 30)
    again = WallClock(wall.mark_s(0))
    skipped = again.set(0, 9 * 3600)
    assert skipped == (6 * HOUR_MS + HOUR_MS // 2, 9 * HOUR_MS)
    assert Schedule(NIGHT_AND_DAY).boluses_between(*skipped) == [(7 * HOUR_MS, 2_000, 0)]


@pytest.mark.req("CLK-1")
def test_a_wrong_year_put_right_withholds_one_day_of_boluses_and_no_more() -> None:
    wall = clock_at(6)
    wall.set(1_000, 365 * 86_400 + 6 * 3600)
    wall.set(2_000, 6 * 3600)
    plan = Schedule(NIGHT_AND_DAY)
    assert plan.bolus_due(2_000, 24 * HOUR_MS, wall) is None
    due = plan.bolus_due(24 * HOUR_MS, 48 * HOUR_MS, wall)
    assert due is not None and due[0] == 25 * HOUR_MS + 2_000
