"""What the slow checks find is told once, and all of it: battery tiers, caps, missed volume."""

from __future__ import annotations

from operator import attrgetter

import pytest

from picodose import codes
from tests.scenario.delivery_rig import WIDE, Rig, const_rx
from tests.scenario.journal_view import active, journal

DAY_MS = 86_400_000
WALL_S = 848_000_000
MINUTE_CAP = """from profiles.therapy_step import *
CAPS = ((60_000, 5_000, 3_750), (1_440_000, 30_000, 25_000))
"""


def tiers(rig: Rig) -> list[tuple[int, int]]:
    """Tier and idle voltage of every line on the battery."""
    return [(entry.a, entry.c) for entry in journal(rig, codes.EV_BATTERY_TIER)]


def missed_lines_nl(rig: Rig) -> dict[int, int]:
    """Missed volume that the journal holds, by reason."""
    found: dict[int, int] = {}
    for entry in journal(rig, codes.EV_MISSED):
        found[entry.b] = found.get(entry.b, 0) + entry.a
    return found


@pytest.mark.req("BAT-1")
@pytest.mark.parametrize("running", [False, True], ids=["stopped", "resumed"])
def test_a_tier_that_the_self_test_finds_is_journaled_and_counts_its_ninety_days(
    running: bool,
) -> None:
    rig = Rig()
    if running:
        rig.start(const_rx(24_000))
    rig.pico.set_adc_mv(0, 2_350)
    rig.power_cut(1_000)
    assert [tier for tier, _ in tiers(rig)] == [1]
    assert abs(tiers(rig)[0][1] - 4_700) < 20
    rig.parts.accounts._base_ms += 40 * DAY_MS
    rig.client.request("clock", wall_s=848_000_000)  # which also writes the record
    rig.power_cut(1_000)
    assert rig.client.request("status", page=2)["battery_days"] in (49, 50)
    rig.parts.accounts._base_ms += 51 * DAY_MS
    rig.run_for(120_000)
    assert codes.AL_END_OF_SERVICE in active(rig)


@pytest.mark.req("BAT-1")
def test_a_tier_that_became_worse_without_power_is_journaled_though_therapy_resumed() -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    for pin_mv in (2_350, 2_150):
        rig.pico.set_adc_mv(0, pin_mv)
        rig.power_cut(1_000)
    assert [tier for tier, _ in tiers(rig)] == [1, 2]
    rig.run_for(600_000)
    assert [tier for tier, _ in tiers(rig)] == [1, 2], "once a boot"


@pytest.mark.req("LIM-2", "LIM-4")
def test_cap_reached_ends_with_its_cause_and_the_journal_holds_what_it_cost() -> None:
    rig = Rig(MINUTE_CAP)
    rig.start(const_rx(40_000))
    rig.run_for(5_000)
    caps, end_ms = rig.parts.caps, rig.parts.granter.end_ms
    caps.grant(caps.room(end_ms), end_ms)  # as a reset books what it left uncertain
    rig.run_for(30_000)
    assert active(rig) == [codes.AL_CAP_REACHED]
    rig.run_for(90_000)
    assert active(rig) == []
    rig.run_for(11 * 60_000)
    for kind in (codes.EV_ALARM, codes.EV_ALARM_CLEAR):
        assert [entry.a for entry in journal(rig, kind)] == [codes.AL_CAP_REACHED]
    rig.stop()
    missed_nl = rig.status()["missed_nl"]
    assert missed_nl > 300
    assert missed_lines_nl(rig) == {codes.AL_CAP_REACHED: missed_nl}


@pytest.mark.req("LIM-4")
def test_what_a_long_stall_made_missed_stands_in_the_journal() -> None:
    rig = Rig(WIDE)
    rig.start(const_rx(30_000_000))
    rig.run_for(6_000)
    rig.stall(1_500)
    rig.run_for(3_000)
    rig.stop()
    rig.start(const_rx(24_000))
    rig.run_for(10 * 60_000)  # a line at most every 10 min
    rig.stop()
    missed_nl = rig.status()["missed_nl"]
    assert rig.parts.ledger.missed_stall > 100
    assert abs(sum(missed_lines_nl(rig).values()) - missed_nl) <= 1
    assert set(missed_lines_nl(rig)) == {codes.AL_UNDER_DELIVERY}


@pytest.mark.req("REC-2")
def test_the_digest_of_a_stored_prescription_is_whole_in_the_journal() -> None:
    rig = Rig()
    digests = [rig.client.load(const_rx(rate))["digest"] for rate in range(1_000, 150_000, 10_000)]
    assert max(digests) >= 1 << 31 > min(digests)
    entries = journal(rig, codes.EV_COMMIT)
    assert [entry.a & 0xFFFFFFFF for entry in entries] == digests


@pytest.mark.req("ALM-4")
@pytest.mark.parametrize("celsius", [60.0, -2.0])
def test_a_hot_or_freezing_pump_alarms_until_it_is_well_again(celsius: float) -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    rig.pico.set_adc_mv(4, 706 - (celsius - 27) * 1.721)
    rig.run_for(5 * 60_000)
    assert active(rig) == [codes.AL_TEMPERATURE]
    told = rig.client.request("status", page=2)["temperature_dc"]
    assert told == pytest.approx(celsius * 10, abs=8)
    assert rig.status()["state"] == "running"
    rig.pico.set_adc_mv(4, 706.0)
    rig.run_for(2 * 60_000)
    assert active(rig) == []


@pytest.mark.req("ALM-4")
@pytest.mark.parametrize(
    ("alarm", "owner", "field", "days"),
    [
        (codes.AL_REFILL_DUE, "settings.fill", "date_s", 180),
        (codes.AL_CALIBRATION_DUE, "settings", "calibrated_s", 365),
    ],
)
def test_a_date_that_has_passed_is_told_once_the_clock_is_known(
    alarm: int, owner: str, field: str, days: int
) -> None:
    rig = Rig()
    rig.client.load(const_rx(24_000))
    kept = attrgetter(owner)(rig.parts)
    setattr(kept, field, WALL_S - days * 86_400 + 60)
    rig.run_for(120_000)
    assert active(rig) == []
    rig.client.request("clock", wall_s=WALL_S)
    rig.run_for(30_000)
    assert active(rig) == []
    refill_s = rig.client.request("status", page=2)["refill_wall_s"]
    assert refill_s == WALL_S + 60 or alarm != codes.AL_REFILL_DUE
    rig.run_for(50_000)
    assert active(rig) == [alarm]
    setattr(kept, field, WALL_S)
    rig.run_for(20_000)
    assert active(rig) == []
