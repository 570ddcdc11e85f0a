"""Facts of the profile: pulls, wake time, pulse width, direction; the plant loses no step."""

from __future__ import annotations

import pytest

from shim.virtual_pico import VirtualPico
from tests.scenario.delivery_rig import MS, Rig, board, const_rx

PULLS_MISSING = ["()", "((2, 0), (3, 0), (15, 0))", "((6, 1), (3, 0))", "((2, 0), (6, 0))"]
UNMET = ["PULSE_MIN_US = 4", "DIR_SETUP_US = 2001", 'HOLD = "enabled"', 'HOLD = "full_steps"']
JUST_MET = ["PULSE_MIN_US = 3", "DIR_SETUP_US = 2000"]


def booted(fact: str) -> VirtualPico:
    """A board whose profile differs from the therapy pump's in one line, past its start."""
    pico = board(f"from profiles.therapy_step import *\n{fact}\n")
    pico.run_for(5000)
    return pico


def assert_refused(pico: VirtualPico, why: str) -> None:
    """At the prompt, driver off, and the console says why."""
    assert why.encode() in pico.console
    assert pico.at_repl and pico.lines[6].level() == 1


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize("pulls", PULLS_MISSING)
def test_a_profile_without_the_pulls_that_hold_the_driver_off_is_refused(pulls: str) -> None:
    assert_refused(booted(f"PULLS = {pulls}"), "pull resistors")


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize("fact", UNMET)
def test_a_driver_that_needs_more_than_the_firmware_gives_is_refused(fact: str) -> None:
    assert_refused(booted(fact), f"ValueError: profile: {fact.split()[0]} ")


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize("fact", JUST_MET)
def test_a_driver_that_needs_exactly_what_the_firmware_gives_is_accepted(fact: str) -> None:
    assert b"picodose: ready" in booted(fact).console


@pytest.mark.req("DEL-7", "SAF-2")
@pytest.mark.parametrize("kind", ["power", "watchdog", "forced", "run_pin"])
def test_a_reset_lets_the_pins_go_and_the_pulls_switch_the_driver_off(kind: str) -> None:
    rig = Rig()
    rig.start(const_rx(1_000_000))
    rig.run_for(5_510)
    assert rig.pico.lines[6].level() == 0
    if kind == "power":
        rig.pico.power_cut(off_ms=60_000)
    else:
        rig.pico.reset(kind)
    reset_ns = rig.now_ns
    assert (rig.pico.lines[6].level(), rig.pico.lines[2].level()) == (1, 0)
    rig.run_for(19)  # the chip's own start takes longer
    assert list(rig.record.edges("ENABLE", reset_ns + 1, rig.now_ns)) == []
    assert rig.steps(reset_ns + 1) == 0


@pytest.mark.req("DEL-7", "DEL-2")
@pytest.mark.parametrize("profile", ["therapy_step", "bench_step"])
def test_over_starts_stops_and_resets_the_motor_loses_no_step(profile: str) -> None:
    rig = Rig(profile)
    rig.client.load(const_rx(1_000_000 if profile == "therapy_step" else 20_000_000))
    for k in range(12):
        rig.client.request("start")
        rig.run_for(2500 + 97 * k)
        if k % 3:
            rig.stop()
        else:
            rig.pico.reset("forced")
            rig.boot()
            rig.stop()
    assert rig.steps() > 400
    assert (rig.bench.steps_moved, rig.bench.steps_lost) == (rig.steps(), 0)
    assert rig.bench.dispensed_nl == rig.steps() * 12.5


@pytest.mark.req("DEL-7")
def test_pulses_wait_for_the_driver_to_wake_and_are_wide_enough() -> None:
    rig = Rig("bench_step")
    rig.client.load(const_rx(20_000_000))
    for _ in range(5):
        rig.client.request("start")
        rig.run_for(700)
        rig.stop()
    enables = [t_ns for t_ns, level in rig.record.edges("ENABLE", 0, rig.now_ns) if not level]
    assert len(enables) == 5
    for on_ns in enables:
        first_ns = next(rig.record.rises("STEP", on_ns, rig.now_ns))
        assert first_ns - on_ns >= 2 * MS
    edges = list(rig.record.edges("STEP", 0, rig.now_ns))
    widths_ns = [fall[0] - rise[0] for rise, fall in zip(edges[::2], edges[1::2], strict=False)]
    assert min(widths_ns) >= 2_000
    turns = list(rig.record.edges("DIR", 0, rig.now_ns))
    assert [level for _, level in turns] == [1] * len(turns)
    assert edges[0][0] - turns[-1][0] >= 1_000


@pytest.mark.req("DEL-7")
def test_the_driver_is_on_only_while_the_pump_runs() -> None:
    rig = Rig()
    assert rig.pico.lines[6].level() == 1
    rig.start(const_rx(1_000_000))
    assert rig.pico.lines[6].level() == 0
    rig.stop()
    assert rig.pico.lines[6].level() == 1
