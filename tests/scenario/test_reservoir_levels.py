"""The reservoir account against the water in the plant's bag (RES-1)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx, day_rx
from tests.scenario.journal_view import active, journal

# The bag holds 20 mL, as the plant's; the levels stand close below it so that minutes suffice.
SMALL = """from micropython import const
from profiles.therapy_step import *
RESERVOIR_LOW_NL = const(19_990_000)
RESERVOIR_EMPTY_NL = const(19_980_000)
"""
FAST = const_rx(1_000_000)  # 10 uL in 36 s
LATE_NL = 1_000_000 * 14 // 3600  # looked at every 10 s, granted 4 s ahead


@pytest.mark.req("RES-1")
def test_low_then_empty_come_at_their_levels_and_empty_stops_the_pump() -> None:
    rig = Rig(SMALL)
    rig.start(FAST)
    alarms = rig.parts.alarms
    rig.pico.until(lambda: alarms.is_active(codes.AL_LOW_RESERVOIR), 60_000)
    assert 19_990_000 - LATE_NL <= rig.bench.reservoir_nl <= 19_990_000 + LATE_NL
    assert rig.status()["state"] == "running"
    rig.pico.until(lambda: alarms.is_active(codes.AL_EMPTY), 60_000)
    rig.run_for(1_000)
    assert 19_980_000 - LATE_NL <= rig.bench.reservoir_nl <= 19_980_000 + LATE_NL
    assert (rig.status()["state"], rig.pico.lines[6].level()) == ("stopped", 1)
    assert active(rig) == [codes.AL_EMPTY, codes.AL_LOW_RESERVOIR]
    stopped_ns = rig.now_ns
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")
    rig.client.request("ack", code=codes.AL_EMPTY)
    rig.run_for(20_000)
    assert rig.steps(stopped_ns) == 0
    assert codes.AL_EMPTY in active(rig), "acknowledging does not refill it"
    assert journal(rig, codes.EV_STOP)[-1].b == codes.AL_EMPTY


@pytest.mark.req("RES-1")
def test_empty_is_still_empty_after_a_power_cut() -> None:
    rig = Rig(SMALL)
    rig.start(FAST)
    rig.run_for(120_000)
    rig.power_cut()
    rig.run_for(15_000)
    assert rig.status()["state"] == "stopped"
    assert codes.AL_EMPTY in active(rig)
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")


@pytest.mark.req("RES-1")
def test_the_account_is_the_bag_to_the_step_and_never_overstated_after_a_power_cut() -> None:
    rig = Rig()
    rig.start(FAST)
    rig.run_for(60_000)
    rig.stop()
    left_nl = rig.client.request("status", page=2)["reservoir_nl"]
    assert left_nl == 20_000_000 - rig.steps() * 25 // 2
    assert left_nl == pytest.approx(rig.bench.reservoir_nl, abs=1)
    rig.client.request("start")
    rig.run_for(10_000)
    rig.power_cut()
    left_nl = rig.client.request("status", page=2)["reservoir_nl"]
    assert left_nl < rig.bench.reservoir_nl


@pytest.mark.req("RES-1")
def test_the_refill_date_counts_every_scheduled_bolus() -> None:
    rig = Rig()
    now_s = 820_540_800
    # 22 x 60 min of 10 uL/h and a bolus of 60 uL are 300 uL a day
    rig.client.load(day_rx([[0, 10_000, 60_000, 3_600_000]]))
    rig.client.request("clock", wall_s=now_s)
    date_s = rig.client.request("status", page=2)["refill_wall_s"]
    # 20 mL less 2 mL last 18000 / 300 = 60 days
    assert date_s - now_s in range(60 * 86_400, 60 * 86_400 + 2)


@pytest.mark.req("RES-1")
def test_no_clock_or_no_prescription_means_no_refill_date() -> None:
    rig = Rig()
    assert rig.client.request("status", page=2)["refill_wall_s"] == -1
