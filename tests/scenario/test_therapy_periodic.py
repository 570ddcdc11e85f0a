"""Periodic boluses and weeks on the running pump (THER-1); the build with one rate (THER-6)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx, patient_rx, periodic_rx, week_rx
from tests.scenario.journal_view import active, journal

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
SCHEDULE = 2
MONDAY_S = 820_886_400  # 2026-01-05
BASAL_NL_H, BOLUS_NL, BOLUS_MS, INTERVAL_MS = 12_000, 2_000, 2 * MINUTE_MS, 30 * MINUTE_MS


def starts(rig: Rig) -> list[tuple[int, int, int]]:
    """(ms since boot, amount, origin) of every bolus."""
    found = journal(rig, codes.EV_BOLUS_BEGIN)
    return [(entry.mono_ms, entry.a, entry.c & 15) for entry in found]


def periodic() -> Rig:
    """A pump with a bolus each half hour."""
    rig = Rig()
    rig.start(periodic_rx(BASAL_NL_H, BOLUS_NL, BOLUS_MS, INTERVAL_MS))
    return rig


@pytest.mark.req("THER-1", "THER-11")
def test_a_bolus_each_interval_on_top_of_the_basal_rate_without_a_clock() -> None:
    rig = periodic()
    start_ns = rig.now_ns
    rig.run_for(3 * INTERVAL_MS - MINUTE_MS)
    given = starts(rig)
    assert [(amount, origin) for _ms, amount, origin in given] == [(BOLUS_NL, SCHEDULE)] * 3
    apart = [b[0] - a[0] for a, b in zip(given, given[1:], strict=False)]
    assert all(abs(ms - INTERVAL_MS) < 3_000 for ms in apart), "asked for a segment ahead"
    volume_nl = 3 * BOLUS_NL + BASAL_NL_H * (3 * INTERVAL_MS - MINUTE_MS) // HOUR_MS
    assert abs(rig.steps(start_ns) * 12.5 - volume_nl) <= 50
    assert rig.status()["missed_nl"] == 0
    assert codes.AL_CLOCK_LOST not in active(rig)


@pytest.mark.req("THER-1")
@pytest.mark.parametrize("again", ["stop", "commit", "watchdog"])
def test_no_stop_commit_or_reset_gives_one_before_its_interval(again: str) -> None:
    rig = periodic()
    rig.run_for(10 * MINUTE_MS)
    if again == "stop":
        rig.stop()
        rig.client.request("start")
    elif again == "commit":
        rig.client.load(periodic_rx(BASAL_NL_H + 1, BOLUS_NL, BOLUS_MS, INTERVAL_MS))
    else:
        boots = rig.pico.boots
        rig.hang(20_000)
        rig.pico.until(lambda: rig.pico.boots > boots, 9_000)
        rig.boot()
    rig.run_for(INTERVAL_MS - 11 * MINUTE_MS)
    assert len(starts(rig)) == 1
    rig.run_for(INTERVAL_MS)  # a reset forgets at most the running time since the last record
    assert len(starts(rig)) >= 2


@pytest.mark.req("THER-1", "THER-3")
def test_a_periodic_bolus_that_meets_the_patients_is_missed_and_journaled() -> None:
    rig = Rig()
    patient = [1_000, 10 * MINUTE_MS, 20 * MINUTE_MS, 24]
    rig.start(periodic_rx(BASAL_NL_H, BOLUS_NL, BOLUS_MS, INTERVAL_MS, patient=patient))
    rig.run_for(INTERVAL_MS - 5 * MINUTE_MS)
    rig.client.request("patient_bolus")
    rig.run_for(10 * MINUTE_MS)
    assert [origin for _ms, _nl, origin in starts(rig)] == [SCHEDULE, 4]
    assert [entry.b for entry in journal(rig, codes.EV_BOLUS_MISSED)] == [BOLUS_NL]
    rig.run_for(INTERVAL_MS)
    assert [origin for _ms, _nl, origin in starts(rig)] == [SCHEDULE, 4, SCHEDULE]


@pytest.mark.req("THER-1", "THER-7")
def test_a_week_changes_its_pattern_at_midnight_and_gives_the_boluses_of_the_day() -> None:
    rig = Rig()
    patterns = [[[0, 12_000]], [[0, 24_000, 1_000, MINUTE_MS]]]
    rig.client.load(week_rx([0, 1, 0, 0, 0, 0, 0], patterns))
    rig.client.request("clock", wall_s=MONDAY_S + 86_400 - 600)
    rig.client.request("start")
    start_ns = rig.now_ns
    rig.run_for(10 * MINUTE_MS - 1_000)
    assert abs(rig.steps(start_ns) * 12.5 - 12_000 / 6) <= 50
    rig.run_for(2 * MINUTE_MS)
    tuesday_ns = rig.now_ns
    assert [(nl, origin) for _ms, nl, origin in starts(rig)] == [(1_000, SCHEDULE)]
    rig.run_for(30 * MINUTE_MS)
    assert abs(rig.steps(tuesday_ns) * 12.5 - 12_000) <= 50


@pytest.mark.req("THER-6")
def test_a_fixed_rate_build_runs_at_its_rate_and_nothing_programs_it() -> None:
    rig = Rig("fixed_step")
    refused = "FIXED_RATE"
    with pytest.raises(RefusedError, match=refused):
        rig.client.load(const_rx(10_000))
    programs: dict[str, dict[str, int | str]] = {
        "stage_part": {"part": 0, "data": "{}"},
        "stage_end": {},
        "commit": {"digest": 0, "override": ""},
        "bolus": {"amount_nl": 1_000, "duration_ms": MINUTE_MS},
    }
    for cmd, fields in programs.items():
        with pytest.raises(RefusedError, match=refused):
            rig.client.request(cmd, **fields)
    assert [entry.a for entry in journal(rig, codes.EV_REFUSED)] == [codes.FIXED_RATE] * 5
    rig.client.request("start")
    start_ns = rig.now_ns
    rig.run_for(30 * MINUTE_MS)
    assert abs(rig.steps(start_ns) * 12.5 - 10_000) <= 50
    status = rig.status()
    assert (status["state"], status["mode"], status["rate_nl_h"]) == ("running", "const", 20_000)
    with pytest.raises(RefusedError, match="PATIENT_NONE"):
        rig.client.request("patient_bolus")
    rig.power_cut()
    assert rig.status()["state"] == "running"
    assert active(rig) == [codes.AL_POWER_LOST]
    assert rig.client.request("status", page=2)["reservoir_nl"] < 20_000_000
    rig.stop()
    rig.run_for(16 * MINUTE_MS)
    assert codes.AL_STOPPED_REMINDER in active(rig)


@pytest.mark.req("LIM-4")
def test_what_was_missed_in_the_last_minutes_is_journaled_at_the_stop() -> None:
    rig = Rig()
    rig.start(patient_rx(600_000, [5_000, 60_000, 600_000, 3]))
    rig.run_for(20_000)
    rig.hang(5_000)
    rig.run_for(20_000)
    rig.hang(6_000)
    rig.run_for(10_000)
    missed_nl = rig.status()["missed_nl"]
    rig.stop()
    assert missed_nl > 500
    assert sum(entry.a for entry in journal(rig, codes.EV_MISSED)) == missed_nl
