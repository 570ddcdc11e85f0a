"""Overrides on the whole pump: what a commit must name, and that it is journaled (LIM-3)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx, day_rx
from tests.scenario.journal_view import journal

HOUR_MS = 3_600_000


def needs(rig: Rig, raw: bytes) -> str:
    """What the pump says a commit of this needs."""
    return str(rig.client.stage(raw)["needs"])


def mask(*names: str) -> int:
    """As the journal has it."""
    return sum(1 << codes.OVERRIDES.index(name) for name in names)


@pytest.mark.req("LIM-3")
def test_a_change_above_thirty_percent_needs_its_name_and_the_name_is_journaled() -> None:
    rig = Rig()
    rig.start(const_rx(100_000))
    assert needs(rig, const_rx(130_000)) == ""
    assert needs(rig, const_rx(70_000)) == ""
    assert needs(rig, const_rx(69_999)) == "change"
    summary = rig.client.stage(const_rx(130_001))
    assert (summary["needs"], summary["change_percent"]) == ("change", 31)
    for wrong in ("", "first", "change,change"):
        with pytest.raises(RefusedError) as refused:
            rig.client.commit(summary["digest"], wrong)
        assert (refused.value.code, refused.value.limit) == (codes.OVERRIDE, "change")
    assert rig.status()["rate_nl_h"] == 100_000
    rig.client.commit(summary["digest"], "change")
    assert rig.status()["rate_nl_h"] == 130_001
    assert [entry.c for entry in journal(rig, codes.EV_COMMIT)] == [mask("first"), mask("change")]


@pytest.mark.req("LIM-3")
def test_the_highest_that_ran_in_a_day_counts_across_commits_stops_and_a_power_cut() -> None:
    rig = Rig()
    rig.start(const_rx(100_000))
    rig.run_for(60_000)
    rig.client.load(const_rx(10_000))
    assert needs(rig, const_rx(100_000)) == "", "it ran a moment ago"
    rig.run_for(60_000)
    rig.power_cut()
    assert needs(rig, const_rx(100_000)) == ""
    rig.stop()
    rig.age(23 * HOUR_MS)
    assert needs(rig, const_rx(100_000)) == "", "23 h ago"
    rig.age(HOUR_MS)
    assert needs(rig, const_rx(100_000)) == "change"
    assert needs(rig, const_rx(13_000)) == ""


@pytest.mark.req("LIM-3")
def test_what_never_ran_is_no_step_on_the_way_up() -> None:
    rig = Rig()
    rig.start(const_rx(10_000))
    rig.run_for(60_000)
    rig.stop()
    rig.client.load(const_rx(13_000))
    assert needs(rig, const_rx(16_000)) == "change", "13 uL/h was committed and never ran"
    assert needs(rig, const_rx(13_000)) == ""


@pytest.mark.req("LIM-1", "LIM-3")
def test_soft_limits_of_the_fluid_are_named_too_and_hard_ones_have_no_override() -> None:
    rig = Rig()
    steps = [[minute * 60, 10_000, 1_000, 60_000] for minute in range(13)]
    assert needs(rig, day_rx(steps, fallback_nl_h=10_000)) == "first,boluses_day"
    rig.client.load(day_rx(steps, fallback_nl_h=10_000))
    assert journal(rig, codes.EV_COMMIT)[-1].c == mask("first", "boluses_day")


@pytest.mark.req("LIM-1", "LIM-3")
def test_a_bolus_past_the_soft_limit_needs_its_name_and_past_the_hard_one_has_none() -> None:
    rig = Rig("bench_step")
    rig.start(const_rx(250))
    with pytest.raises(RefusedError) as refused:
        rig.client.bolus(500_001, 600_000)
    assert (refused.value.code, refused.value.limit) == (codes.OVERRIDE, "bolus_high")
    with pytest.raises(RefusedError) as refused:
        rig.client.bolus(500_000, 600_000, "bolus_high")
    assert refused.value.limit == ""
    rig.client.bolus(500_001, 600_000, "bolus_high")
    assert [entry.a for entry in journal(rig, codes.EV_OVERRIDE)] == [mask("bolus_high")]
    rig.client.cancel()
    with pytest.raises(RefusedError) as refused:
        rig.client.bolus(5_000_001, 86_400_000, "bolus_high")
    assert refused.value.code in (codes.RX_FLUID_LIMIT, codes.RX_BOLUS_AMOUNT)


@pytest.mark.req("THER-8")
def test_the_summary_counts_every_allowed_patient_bolus() -> None:
    rig = Rig()
    raw = const_rx(10_000)[:-1] + b',"patient":[5000,300000,7200000,6]}'
    summary = rig.client.stage(raw)
    assert summary["total_24h_nl"] == 240_000 + 6 * 5_000
    assert (summary["boluses"], summary["patient_boluses"]) == (6, 6)
    assert summary["rate_max_nl_h"] == 10_000 + 60_000
