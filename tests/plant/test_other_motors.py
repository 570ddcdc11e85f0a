"""The geared stepper behind a ULN2003 and the DC pump: what turns them and what does not."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest

from shim.plant import Bench
from shim.plant.motor_facts import DcFacts, UnipolarFacts
from shim.plant.pumps import DC, ULN2003
from tests.plant.conftest import Board, Wire

ENABLE, SWITCH = 6, 2
COILS = (2, 3, 4, 5)
MS = 1_000_000
WALK = (0b0001, 0b0011, 0b0010, 0b0110, 0b0100, 0b1100, 0b1000, 0b1001)


def stepper(wire: Wire, at: int = 7) -> tuple[Board, Bench]:
    """A motor with its supply up; the rotor stands at pattern `at`."""
    board, bench = wire(replace(ULN2003, motor=UnipolarFacts(rotor_at=at)))
    board.set(ENABLE, 0)
    board.wait_ns(5 * MS)
    return board, bench


def put(board: Board, pattern: int, hold_ns: int = 4 * MS) -> None:
    """A pattern on the coils for a while."""
    for bit, pin in enumerate(COILS):
        board.set(pin, pattern >> bit & 1)
    board.wait_ns(hold_ns)


@pytest.mark.req("DEL-3", "DEL-7")
def test_a_turn_of_half_steps_is_a_turn_and_its_volume(wire: Wire) -> None:
    board, bench = stepper(wire)
    for k in range(4096):
        put(board, WALK[k % 8])
    put(board, 0)
    assert (bench.steps_moved, bench.steps_lost, bench.motor.wrong) == (4096, 0, 0)
    assert bench.turns == 1.0
    assert bench.dispensed_nl == 40_960


@pytest.mark.req("DEL-3")
def test_coils_off_between_half_steps_and_backwards(wire: Wire) -> None:
    board, bench = stepper(wire)
    for pattern in (1, 0, 3, 0, 2, 0, 2, 0, 3, 0, 1, 0):
        put(board, pattern)
    assert bench.steps_moved == 1  # three there, two back
    assert bench.motor.pulses == 5, "the same pattern again is no step"


@pytest.mark.req("DEL-7")
def test_a_half_step_cut_short_is_made_with_the_next_one(wire: Wire) -> None:
    board, bench = stepper(wire)
    put(board, WALK[0], 1 * MS)
    put(board, 0)
    assert (bench.steps_moved, bench.steps_lost) == (0, 1)
    put(board, WALK[1])
    assert (bench.steps_moved, bench.steps_lost) == (2, 0)


@pytest.mark.req("DEL-7")
def test_half_steps_too_fast_are_lost(wire: Wire) -> None:
    board, bench = stepper(wire)
    for k in range(64):
        put(board, WALK[k % 8], 1 * MS)
    put(board, 0)
    assert (bench.steps_moved, bench.steps_lost) == (0, 64)


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize("at", range(8))
def test_from_an_unknown_place_the_rotor_falls_in_with_the_first_pattern_or_the_second(
    wire: Wire, at: int
) -> None:
    board, bench = stepper(wire, at)
    for k in range(16):
        put(board, WALK[k % 8])
    put(board, 0)
    assert (at + bench.steps_moved) % 8 == 7, "in step with the last pattern"
    assert -2 <= bench.steps_lost <= 5
    assert len({Bench(seed, facts=ULN2003).motor._first for seed in range(40)}) == 8


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize("pattern", [0b0101, 0b1010, 0b0111, 0b1111])
def test_patterns_of_no_half_step_turn_nothing(wire: Wire, pattern: int) -> None:
    board, bench = stepper(wire)
    put(board, pattern, 20 * MS)
    put(board, 0)
    assert (bench.steps_moved, bench.motor.wrong) == (0, 1)


@pytest.mark.req("DEL-7")
def test_without_supply_or_held_the_stepper_stands(wire: Wire) -> None:
    board, bench = stepper(wire)
    board.set(ENABLE, 1)
    put(board, 1)
    board.set(ENABLE, 0)
    board.wait_ns(1 * MS)
    assert bench.steps_moved == 0, "the supply is not up yet"
    board.wait_ns(10 * MS)
    assert bench.steps_moved == 1
    bench.stall(True)
    put(board, 3)
    put(board, 2)
    assert (bench.steps_moved, bench.steps_lost) == (1, 2)


@pytest.mark.req("DEL-7")
def test_a_held_tube_holds_the_rotor_and_the_battery_sees_the_coils(wire: Wire) -> None:
    board, bench = stepper(wire)
    bench.kink(True)
    for k in range(2400):
        put(board, WALK[k % 8], 2 * MS)
    assert bench.steps_moved < 2010  # 20 uL swell the tube
    assert bench.water_balance_fl() == 0
    loaded_mv = bench.battery_mv
    put(board, 0)
    assert bench.battery_mv > loaded_mv + 40


def pump(wire: Wire) -> tuple[Board, Bench]:
    """A DC pump with its supply up."""
    board, bench = wire(DC)
    board.set(ENABLE, 0)
    board.wait_ns(5 * MS)
    return board, bench


def on(board: Board, on_ns: int, off_ns: int = 200 * MS) -> None:
    """One on-time and a pause."""
    board.set(SWITCH, 1)
    board.wait_ns(on_ns)
    board.set(SWITCH, 0)
    board.wait_ns(off_ns)


def by_hand_nl(on_ms: float) -> float:
    """Volume of one on-time from rest: integral of the run-up, and of the run-out behind it."""
    driven = on_ms - 2
    full = 1 - exp(-driven / 10)
    return 10 * (driven - 10 * full + 6 * full)


@pytest.mark.req("DEL-3", "DEL-7")
@pytest.mark.parametrize("on_ms", [5, 30, 60, 300])
def test_an_on_time_moves_what_its_run_up_and_run_out_give(wire: Wire, on_ms: int) -> None:
    board, bench = pump(wire)
    for _ in range(10):
        on(board, on_ms * MS)
    assert abs(bench.dispensed_nl - 10 * by_hand_nl(on_ms)) < 1
    assert (bench.motor.pulses, bench.steps_lost) == (10, 0)
    assert bench.water_balance_fl() == 0


def test_the_nominal_step_of_thirty_milliseconds_is_242_nanolitres() -> None:
    assert abs(by_hand_nl(30) - 242) < 1


@pytest.mark.req("DEL-7")
def test_looking_often_changes_nothing(wire: Wire) -> None:
    moved = []
    for looks in (1, 500):
        board, bench = pump(wire)
        board.set(SWITCH, 1)
        for _ in range(looks):
            board.wait_ns(30 * MS // looks)
            bench.now  # noqa: B018
        board.set(SWITCH, 0)
        board.wait_ns(100 * MS)
        moved.append(bench.steps_moved)
    assert abs(moved[0] - moved[1]) <= 1


@pytest.mark.req("DEL-7")
def test_a_dc_motor_without_supply_held_or_touched_too_shortly_stands(wire: Wire) -> None:
    board, bench = pump(wire)
    on(board, 1 * MS)
    board.set(ENABLE, 1)
    on(board, 30 * MS)
    board.set(ENABLE, 0)
    bench.stall(True)
    on(board, 30 * MS)
    assert (bench.steps_moved, bench.motor.pulses) == (0, 3)
    assert bench.motor.lost == {"disabled": 1, "stalled": 1, "short_pulse": 1}


@pytest.mark.req("DEL-7")
def test_the_supply_ends_an_on_time_and_a_full_tube_holds_the_motor(wire: Wire) -> None:
    board, bench = pump(wire)
    board.set(SWITCH, 1)
    board.wait_ns(30 * MS)
    board.set(ENABLE, 1)
    board.wait_ns(1000 * MS)
    assert abs(bench.dispensed_nl - by_hand_nl(30)) < 1
    board.set(ENABLE, 0)
    bench.kink(True)
    board.wait_ns(5000 * MS)
    assert bench.turns < 0.21  # 20 uL of a turn's 100
    assert bench.water_balance_fl() == 0
    assert DcFacts().steps_per_turn == 1_000_000
