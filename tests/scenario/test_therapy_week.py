"""A week of patterns at the STEP pin: midnight changes the pattern, the calendar says to which."""

from __future__ import annotations

from datetime import datetime

import pytest

from host_tools.rx import limits_of, read_plan
from picodose.therapy.prescription import encode
from tests.scenario.delivery_rig import Rig
from tests.scenario.test_therapy_clock import wall_ns
from tests.tidy.sources import ROOT

SLOW_NL_H, FAST_NL_H = 250, 900_000  # one step in three minutes; 20 steps a second


def at(text: str) -> int:
    """Seconds since 2000 of a date and time."""
    return round((datetime.fromisoformat(text) - datetime(2000, 1, 1)).total_seconds())


def week_rx(week: list[int], *patterns: list[list[int]]) -> bytes:
    head = {"v": 2, "mode": "week", "fluid": "water", "conc_ug_ml": 0, "fallback_nl_h": SLOW_NL_H}
    raw: bytes = encode({**head, "week": week, "patterns": list(patterns)})
    return raw


@pytest.mark.req("THER-1", "THER-7")
@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("2026-12-24", False, False),  # Thursday to Friday
        ("2026-12-25", False, True),  # Friday to Saturday
        ("2026-12-27", True, False),  # Sunday to Monday
    ],
)
def test_midnight_changes_the_pattern_to_that_of_the_new_day(
    day: str, before: bool, after: bool
) -> None:
    rig = Rig()
    calm, busy = [[0, SLOW_NL_H]], [[0, FAST_NL_H]]
    rig.client.load(week_rx([0, 0, 0, 0, 0, 1, 1], calm, busy))
    rig.client.request("clock", wall_s=at(f"{day}T23:59:30"))
    rig.client.request("start")
    rig.run_for(60_000)
    midnight_ns = wall_ns(rig, at(f"{day}T23:59:30") + 30)
    for fast, from_s in ((before, -20), (after, 5)):
        start_ns = midnight_ns + from_s * 1_000_000_000
        steps = rig.steps(start_ns, start_ns + 10_000_000_000)
        assert abs(steps - (200 if fast else 0)) <= 2


@pytest.mark.req("THER-1", "THER-7")
@pytest.mark.parametrize(("day", "steps"), [("2026-12-27", 400), ("2026-12-28", 0)])
def test_a_bolus_of_sunday_ends_on_monday_and_mondays_night_has_none(day: str, steps: int) -> None:
    rig = Rig()
    sunday = [[0, SLOW_NL_H], [1_439, SLOW_NL_H, 5_000, 120_000]]
    rig.client.load(week_rx([0, 0, 0, 0, 0, 0, 1], [[0, SLOW_NL_H]], sunday))
    rig.client.request("clock", wall_s=at(f"{day}T23:58:50"))
    rig.client.request("start")
    rig.run_for(150_000)
    assert abs(rig.steps() - steps) <= 2  # 5 uL


@pytest.mark.req("THER-1")
def test_the_example_of_a_week_is_taken_and_its_totals_are_the_hosts() -> None:
    plan = read_plan(ROOT / "host_tools/examples/week.toml", limits_of())
    rig = Rig()
    summary = rig.client.load(plan.raw)
    assert summary["total_24h_nl"] == plan.rx.allowed_24h_nl() == 390_000
    assert (summary["digest"], summary["boluses"]) == (plan.rx.digest, 1)
