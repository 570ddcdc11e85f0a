"""Faults of the plant -> the right alarm within the profile's limit -> recovery; none without
the sensor, none without a fault.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from host_tools.link import RefusedError
from picodose import codes
from profiles import sensed_step as profile
from shim.plant import Bench
from tests.scenario.delivery_rig import Rig, const_rx, day_rx
from tests.scenario.journal_view import active, journal
from tests.scenario.sensed_rig import (
    LIMITS,
    NL_PER_STEP,
    QUIET,
    WIDE,
    alarmed_within,
    runs_in_order,
    sensed_rig,
)

RATE_NL_H = 20_000_000
Fault = Callable[[Bench, bool], None]


def clogged(bench: Bench, on: bool) -> None:
    """The catheter's bore closes to a seventh (resistance goes with its fourth power)."""
    bench.clog(2_400 if on else 1)


STOPPING = {
    "kink": (Bench.kink, codes.AL_OCCLUSION),
    "clog": (clogged, codes.AL_OCCLUSION),
    "tear": (Bench.tear, codes.AL_LEAK),
    "loose": (Bench.loosen, codes.AL_LEAK),
}


def running(rate_nl_h: int = RATE_NL_H, text: str = WIDE) -> Rig:
    """A pump that has run in order for some seconds."""
    rig = sensed_rig(text)
    rig.start(const_rx(rate_nl_h))
    rig.run_for(7_000)
    assert active(rig) == []
    return rig


def limit_ms(code: int, rate_nl_h: int = RATE_NL_H) -> float:
    """What the profile promises for this alarm at this rate."""
    return LIMITS[codes.name_of(code)].ms(rate_nl_h, profile)


@pytest.mark.req("DEL-5", "ALM-4")
@pytest.mark.parametrize("name", STOPPING)
@pytest.mark.parametrize(
    "rate_nl_h", [pytest.param(1_000_000, marks=pytest.mark.slow), 60_000_000]
)
def test_a_fault_of_the_line_stops_the_pump_in_time_and_it_recovers(
    name: str, rate_nl_h: int
) -> None:
    fault, code = STOPPING[name]
    rig = running(rate_nl_h)
    fault(rig.bench, True)
    alarmed_within(rig, code, limit_ms(code, rate_nl_h))
    assert rig.status()["state"] == "stopped"
    fault(rig.bench, False)
    rig.run_for(1_000)
    rig.ack_all()
    rig.client.request("start")
    runs_in_order(rig, 5_000)


@pytest.mark.req("DEL-5")
def test_a_fault_that_stays_alarms_again_after_each_start() -> None:
    rig = running()
    rig.bench.tear(True)
    for _ in range(2):  # a third time would be told as three identical cycles
        alarmed_within(rig, codes.AL_LEAK, limit_ms(codes.AL_LEAK) + 500)
        rig.ack_all()
        rig.client.request("start")


@pytest.mark.req("ALM-4")
def test_the_third_stop_by_the_same_alarm_in_ten_minutes_locks_the_pump_out() -> None:
    rig = running()
    rig.bench.tear(True)
    alarms, within_ms = rig.parts.alarms, limit_ms(codes.AL_LEAK) + 500
    for turn in range(3):
        rig.pico.until(lambda: bool(alarms.is_active(codes.AL_LEAK)), within_ms)
        rig.run_for(1)
        locked = [codes.AL_CYCLES] if turn == 2 else []
        assert active(rig) == [codes.AL_LEAK, *locked]
        rig.client.request("ack", code=codes.AL_LEAK)
        if not locked:
            rig.client.request("start")
    rig.bench.tear(False)
    rig.power_cut()
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")
    rig.ack_all()
    rig.client.request("start")
    runs_in_order(rig, 5_000)


@pytest.mark.req("DEL-5")
def test_after_an_occlusion_nothing_starts_before_the_pressure_is_gone() -> None:
    rig = running()
    rig.bench.kink(True)
    alarmed_within(rig, codes.AL_OCCLUSION, limit_ms(codes.AL_OCCLUSION))
    rig.ack_all()
    for _ in range(3):
        rig.run_for(60_000)
        with pytest.raises(RefusedError):
            rig.client.request("start")
    pressed_nl, steps = rig.bench.dispensed_nl, rig.steps()
    clogged(rig.bench, True)
    rig.bench.kink(False)  # it seeps out
    rig.run_for(20_000)
    assert 15 < rig.bench.pressure_kpa() < 38
    rig.ack_all()
    with pytest.raises(RefusedError):
        rig.client.request("start")
    clogged(rig.bench, False)
    rig.run_for(1_000)
    most_nl = profile.OCCLUSION_NL + RATE_NL_H * profile.FLOW_MS / 3_600_000
    assert 1_000 < rig.bench.dispensed_nl - pressed_nl <= most_nl
    assert rig.steps() == steps
    rig.ack_all()
    rig.client.request("start")
    runs_in_order(rig)


@pytest.mark.req("DEL-5")
def test_a_slow_clog_goes_unseen_until_the_pressure_rises() -> None:
    rig = running(60_000_000)
    rig.bench.clog(60, over_ms=60_000)
    rig.run_for(5_000)
    assert active(rig) == []
    alarmed_within(rig, codes.AL_OCCLUSION, 55_000)
    assert rig.bench.steps_lost == 0, "long before the rotor is held"


@pytest.mark.req("DEL-5")
def test_air_alarms_when_it_reaches_the_end_of_the_line() -> None:
    rig = running(60_000_000)
    rig.bench.air(20_000)
    rig.run_for(20_000)
    assert active(rig) == [], "still in the line"
    alarmed_within(rig, codes.AL_LEAK, 6_000 + limit_ms(codes.AL_LEAK, 60_000_000))
    assert 0 < rig.bench.air_out_fl() < 10_000_000_000
    while active(rig):  # the bubble is pumped out, a bit at each try
        rig.ack_all()
        rig.client.request("start")
        rig.run_for(1_500)
    runs_in_order(rig)


@pytest.mark.req("DEL-5", "ALM-4")
@pytest.mark.parametrize(
    "rate_nl_h", [pytest.param(1_000_000, marks=pytest.mark.slow), 60_000_000]
)
def test_a_held_rotor_alarms_in_time_and_the_pump_goes_on_trying(rate_nl_h: int) -> None:
    rig = running(rate_nl_h)
    rig.bench.stall()
    alarmed_within(rig, codes.AL_ROTOR, limit_ms(codes.AL_ROTOR, rate_nl_h))
    rig.bench.stall(False)
    rig.run_for(3_000 + 900 * NL_PER_STEP * 3_600_000 / rate_nl_h)
    rig.ack_all()
    runs_in_order(rig, 5_000)


@pytest.mark.req("DEL-5", "LIM-4")
def test_a_magnet_s_stall_ends_by_itself_and_what_it_cost_is_missed_not_made_up() -> None:
    rig = running()
    lost = rig.bench.steps_lost
    rig.bench.stall(for_ms=30_000)
    rig.run_for(29_000)
    assert active(rig) == [codes.AL_ROTOR]
    assert rig.status()["state"] == "running"
    before = rig.steps()
    rig.run_for(5_000)
    assert abs(rig.steps() - before - 5 * 444) <= 90, "the ordered rate, before and after"
    lost_nl = (rig.bench.steps_lost - lost) * NL_PER_STEP
    told = [entry.a for entry in journal(rig, codes.EV_MISSED) if entry.b == codes.AL_ROTOR]
    slack_nl = 2 * profile.STEPS_PER_INDEX * NL_PER_STEP
    assert len(told) == 1 and abs(told[0] - lost_nl) <= slack_nl
    rig.ack_all()
    runs_in_order(rig)


@pytest.mark.req("DEL-5")
def test_a_rotor_that_turns_without_steps_trips_but_not_while_the_pump_is_stopped() -> None:
    rig = running()
    rig.stop()
    rig.bench.head.advance(5_000)  # somebody turns it by hand
    rig.run_for(1_000)
    rig.client.request("start")
    runs_in_order(rig, 5_000)
    for _ in range(5):
        for level in (1, 0):
            rig.pico.lines[rig.bench.facts.pins.index or 0].drive(level)
            rig.run_for(1)
    rig.run_for(500)
    assert active(rig) == [codes.AL_OVER_DELIVERY]
    assert rig.status()["state"] == "fault"


@pytest.mark.req("DEL-5")
def test_a_sensor_that_the_profile_does_not_name_raises_nothing() -> None:
    rig = running(60_000_000, QUIET)
    faults: list[Fault] = [*(fault for fault, _ in STOPPING.values()), Bench.stall]
    rig.bench.air(5_000)
    for fault in faults:
        fault(rig.bench, True)
        rig.run_for(8_000)
        fault(rig.bench, False)
        rig.run_for(1_000)
    assert active(rig) == []


@pytest.mark.req("DEL-5")
@pytest.mark.parametrize(
    ("fault", "code"), [("open", codes.AL_LEAK), ("short", codes.AL_OCCLUSION)]
)
def test_a_broken_wire_of_the_pressure_sensor_is_taken_for_the_worse(
    fault: str, code: int
) -> None:
    rig = running()
    rig.bench.pressure.fault = fault
    alarmed_within(rig, code, 2_000)
    assert rig.status()["state"] == "stopped"


DAY = [[0, 20_000, 0, 0], [360, 120_000, 30_000, 600_000], [480, 40_000, 50_000, 300_000],
       [540, 250, 0, 0]]  # fmt: skip


@pytest.mark.slow
@pytest.mark.req("DEL-5")
def test_hours_of_a_day_program_without_a_fault_are_without_an_alarm() -> None:
    rig = sensed_rig(WIDE + "FLOW_MS = 10_000\n", seed=2)
    rig.client.request("clock", wall_s=848_016_000 + 5 * 3_600)
    rig.start(day_rx(DAY))
    rig.run_for(4.5 * 3_600_000)
    assert active(rig) == []
    assert [entry.a for entry in journal(rig, codes.EV_ALARM)] == []
    assert rig.bench.water_balance_fl() == 0
