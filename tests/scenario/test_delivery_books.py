"""Pin edges, counted steps and the plant say the same after every stop, reset and power cut."""

from __future__ import annotations

import random

import pytest

from tests.scenario.delivery_rig import MS, Rig, bolus_rx, const_rx, day_rx

FAST = (("therapy_step", 1_000_000), ("bench_step", 20_000_000))


@pytest.mark.req("DEL-2", "DEL-1")
def test_an_hour_at_one_millilitre_an_hour_is_eighty_thousand_steps() -> None:
    rig = Rig()
    rig.start(const_rx(1_000_000))
    start_ns = rig.rises()[0] if rig.steps() else None
    rig.pico.until(lambda: rig.steps() > 0, 3000)
    start_ns = rig.rises()[0]
    rig.run_for(3_600_000)
    steps = rig.steps(start_ns, start_ns + 3_600_000 * MS)
    assert abs(steps - 80_000) <= 1
    assert rig.bench.dispensed_nl == rig.steps() * 12.5


@pytest.mark.req("DEL-2")
@pytest.mark.parametrize(("profile", "rate_nl_h"), FAST)
def test_after_any_stop_edges_are_the_confirmed_steps(profile: str, rate_nl_h: int) -> None:
    rig, pick = Rig(profile), random.Random(7)
    rig.client.load(const_rx(rate_nl_h))
    for _ in range(40):
        rig.client.request("start")
        rig.run_for(pick.choice([0, 3, 99, 1000, 4000]) + pick.random())
        rig.stop()
        rig.assert_booked()
        rig.stop()
        rig.assert_booked()


@pytest.mark.req("DEL-2", "DEL-6")
@pytest.mark.parametrize(("profile", "rate_nl_h"), FAST)
def test_a_stop_while_words_wait_behind_a_stall_is_booked_to_the_step(
    profile: str, rate_nl_h: int
) -> None:
    rig, pick = Rig(profile), random.Random(8)
    rig.client.load(const_rx(rate_nl_h))
    for _ in range(40):
        rig.client.request("start")
        rig.run_for(2500 + 1000 * pick.random())
        rig.stall(pick.choice([45, 122, 990, 1100]))
        rig.run_for(200 * pick.random())
        rig.stop()
        rig.stop()
        rig.assert_booked()


@pytest.mark.req("DEL-2")
def test_a_fault_and_the_stops_after_it_are_booked_to_the_step() -> None:
    rig = Rig("bench_step")
    rig.start(const_rx(20_000_000))
    rig.run_for(7_777)
    rig.pico.fault("dead_timers")
    rig.run_for(5000)
    assert rig.assert_booked()["state"] == "fault"
    rig.stop()
    rig.assert_booked()


@pytest.mark.req("DEL-1", "DEL-2")
@pytest.mark.parametrize(("amount_nl", "span_ms"), [(5_000, 60_000), (25_000, 333_333)])
def test_a_single_bolus_is_given_to_the_step(amount_nl: int, span_ms: int) -> None:
    rig = Rig()
    rig.client.load(bolus_rx(amount_nl, span_ms))
    rig.run_for(span_ms + 10_000)
    assert rig.assert_booked()["state"] == "stopped"
    assert rig.steps() == amount_nl * 2 // 25


@pytest.mark.req("DEL-1", "THER-7")
def test_boluses_that_end_a_second_before_the_next_one_are_all_given() -> None:
    rig = Rig()
    rig.client.request("clock", wall_s=820_540_800 + 3540)
    steps = [[minute, 250, 1_000, 119_000] for minute in (60, 62, 64)] + [[66, 250, 0, 0]]
    rig.start(day_rx(steps))
    rig.run_for(9 * 60_000)
    basal = 9 * 60 * 250 / 3600 / 12.5
    assert abs(rig.steps() - 3 * 80 - basal) <= 2
    rig.stop()
    rig.assert_booked()


@pytest.mark.req("LIM-4", "DEL-1")
@pytest.mark.parametrize(("profile", "rate_nl_h"), FAST)
def test_what_a_new_program_costs_a_running_pump_is_recorded_as_missed(
    profile: str, rate_nl_h: int
) -> None:
    rig = Rig(profile)
    rig.start(const_rx(rate_nl_h))
    rig.run_for(5000)
    begun_ns = rig.rises()[0]
    for k in range(10):
        rig.run_for(3000 + 123 * k)
        rig.client.load(const_rx(rate_nl_h))
    rig.run_for(5000)
    ideal = rate_nl_h / 3600 / 12.5 * (rig.now_ns - begun_ns) / 1e9
    missed = rig.status()["missed_nl"] / 12.5
    assert missed > 10 * rate_nl_h / 3600 / 12.5 * 0.15
    assert abs(rig.steps() + missed - ideal) <= 10 + rate_nl_h / 3600 / 12.5 * 0.1


@pytest.mark.req("LIM-4")
def test_what_a_stall_takes_from_the_end_of_a_bolus_is_recorded_as_missed() -> None:
    rig = Rig()
    rig.client.load(bolus_rx(15_000, 60_000))
    rig.run_for(56_300)
    rig.hang(5_900)
    rig.run_for(20_000)
    missed = rig.status()["missed_nl"] / 12.5
    assert 10 < missed < 100
    assert abs(rig.steps() + missed - 1200) <= 2
