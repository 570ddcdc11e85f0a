"""The motor and its driver: what turns the rotor and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.plant.facts import MotorFacts, PlantFacts
from shim.plant.motor import Motor
from tests.plant.conftest import Wire

DIR, ENABLE, STEP = 3, 6, 2
MS = 1_000_000
SLEEPY = PlantFacts(motor=MotorFacts(sleeps_when_disabled=True))


class Free:
    """A head without load."""

    def advance(self, steps: int) -> int:
        return steps


def awake_motor(**facts: Any) -> Motor:
    motor = Motor(MotorFacts(**facts), Free())
    motor.begin(0, dir_level=1, enable_level=0)
    return motor


def test_three_pulses_turn_the_rotor_by_three_and_back_by_one(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    for _ in range(3):
        board.pulse()
    board.set(DIR, 0)
    board.wait_ns(1000)
    board.pulse()
    assert (bench.steps_moved, bench.motor.pulses, bench.steps_lost) == (2, 4, 0)


@pytest.mark.req("DEL-7")
def test_a_floating_enable_follows_its_pull_resistor(wire: Wire) -> None:
    for pull, moves in ((1, 0), (0, 2)):
        board, bench = wire(pulls={ENABLE: pull})
        board.set(ENABLE, 0)
        board.wait_ns(5 * MS)
        board.let_go(ENABLE)
        board.wait_ns(5 * MS)
        board.set(DIR, 1)
        board.wait_ns(1000)
        board.pulse()
        board.pulse()
        assert bench.steps_moved == moves
        assert bench.motor.lost["disabled"] == 2 - moves


@pytest.mark.req("DEL-7")
def test_a_floating_enable_without_any_resistor_leaves_the_driver_on(wire: Wire) -> None:
    board, bench = wire(pulls={})
    board.set(DIR, 1)
    board.wait_ns(1000)
    board.pulse()
    assert bench.steps_moved == 1


@pytest.mark.req("DEL-7")
def test_pulses_while_the_driver_wakes_are_lost(wire: Wire) -> None:
    board, bench = wire()
    board.set(DIR, 1)
    board.set(ENABLE, 0)
    board.burst(5)  # at 0, 1, 2, 3, 4 ms; the driver is awake after 1.7 ms
    assert bench.steps_moved == 3
    assert bench.motor.lost["asleep"] == 2


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize(("high_ns", "moved"), [(1_899, 0), (1_900, 1)])
def test_a_pulse_must_be_high_for_1900_ns(wire: Wire, high_ns: int, moved: int) -> None:
    board, bench = wire()
    board.wake()
    board.pulse(high_ns=high_ns)
    assert bench.steps_moved == moved
    assert bench.motor.lost["short_pulse"] == 1 - moved


@pytest.mark.req("DEL-7")
def test_the_low_time_between_pulses_counts_too() -> None:
    motor = awake_motor(pull_in_steps_s=1e6, max_steps_s=1e6)
    motor.step_train(10 * MS, period_ns=6_000, high_ns=5_000, count=4)
    assert motor.position_steps == 1  # the first one had a long pause before it
    assert motor.lost["short_pulse"] == 3


@pytest.mark.req("DEL-7")
def test_a_pulse_within_the_direction_set_up_time_is_lost(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    for wait_ns, moved in ((649, 0), (650, -1)):
        board.set(DIR, 1)
        board.wait_ns(1000)
        board.set(DIR, 0)
        board.wait_ns(wait_ns)
        board.pulse()
        assert bench.steps_moved == moved
    assert bench.motor.lost["dir_setup"] == 1


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize(
    ("pulses", "rests_at"), [(16, 16), (20, 16), (24, 16), (25, 32), (31, 32)]
)
def test_a_driver_that_sleeps_lets_the_rotor_fall_to_a_full_step(
    wire: Wire, pulses: int, rests_at: int
) -> None:
    board, bench = wire(SLEEPY)
    board.wake()
    board.burst(pulses)
    board.set(ENABLE, 1)
    assert bench.steps_moved == rests_at
    # What fell back was sucked in at the tip as air; it does not leave the cup again.
    assert bench.dispensed_nl == max(pulses, rests_at) * 12.5
    sucked_fl = max(0, pulses - rests_at) * 12_500_000
    tip = ["air", sucked_fl] if sucked_fl else bench.path.slugs[0][:2]
    assert bench.path.slugs[-1][:2] == tip


@pytest.mark.req("DEL-7")
def test_a_disabled_driver_that_does_not_sleep_goes_on_where_it_was(wire: Wire) -> None:
    board, bench = wire()
    for _ in range(3):
        board.wake()
        board.burst(7)
        board.set(ENABLE, 1)
        board.wait_ns(5 * MS)
    assert bench.steps_moved == 21
    assert bench.motor.snapped_steps == bench.steps_lost == 0


def test_waking_again_does_not_bring_the_lost_microsteps_back(wire: Wire) -> None:
    board, bench = wire(SLEEPY)
    board.wake()
    board.burst(4)
    board.set(ENABLE, 1)
    board.wait_ns(5 * MS)
    board.wake()
    board.burst(16)
    assert bench.steps_moved == 16
    assert bench.motor.snapped_steps == -4


def test_too_fast_a_start_loses_every_step_and_a_ramp_none() -> None:
    facts = {"pull_in_steps_s": 1000.0, "max_steps_s": 4000.0, "max_accel_steps_s2": 60_000.0}
    at_once = awake_motor(**facts)
    at_once.step_train(0, period_ns=500_000, high_ns=5_000, count=100)
    assert at_once.lost["too_fast"] == 99  # only the first one, from rest, turned it
    ramped, t_ns = awake_motor(**facts), 0
    for rate in (900, 940, 980, 1020, 1060, 1100, 1140, 1180, 1220, 1260, 1300):
        t_ns += 10**9 // rate
        ramped.step_train(t_ns, period_ns=10**9 // rate, high_ns=5_000, count=3)
        t_ns += 2 * (10**9 // rate)
    assert ramped.lost_steps == 0
    ramped.step_train(t_ns + 200_000, period_ns=200_000, high_ns=5_000, count=10)
    assert ramped.lost["too_fast"] == 10


def test_a_stalled_rotor_stays_and_turns_again_when_freed(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    bench.stall(True)
    board.burst(7)
    bench.stall(False)
    board.burst(5)
    assert (bench.steps_moved, bench.motor.lost["stalled"]) == (5, 7)


def test_a_pulse_that_is_high_when_the_driver_goes_off_has_already_stepped(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    board.set(STEP, 1)
    board.wait_ns(2_000)
    board.set(ENABLE, 1)
    board.set(STEP, 0)
    assert bench.motor.moved_steps == 1
    assert bench.steps_lost == 0


def test_events_out_of_order_are_refused() -> None:
    motor = awake_motor()
    motor.step_train(10 * MS, 1 * MS, 5_000, 3)
    with pytest.raises(ValueError, match="comes after"):
        motor.step_train(11 * MS, 1 * MS, 5_000, 1)


class Late:
    """Delivers the pulses of a train one edge at a time."""

    def __init__(self, motor: Motor) -> None:
        self.motor = motor

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        for k in range(count):
            self.motor.step_edge(t0_ns + k * period_ns, 1)
            self.motor.step_edge(t0_ns + k * period_ns + high_ns, 0)


_train = st.tuples(
    st.integers(0, 3 * MS),
    st.integers(3_000, 400_000),
    st.integers(1_000, 2_900),
    st.integers(1, 40),
    st.sampled_from(("none", "dir", "off", "on")),
)


@given(st.lists(_train, max_size=12))
def test_a_train_moves_exactly_what_its_single_edges_move(
    trains: list[tuple[int, int, int, int, str]],
) -> None:
    whole, single = awake_motor(), awake_motor()
    t_ns = 10 * MS
    for gap_ns, period_ns, high_ns, count, act in trains:
        for motor in (whole, single):
            if act == "dir":
                motor.dir_edge(t_ns, t_ns // 7 % 2)
            elif act != "none":
                motor.enable_edge(t_ns, int(act == "off"))
        t_ns += gap_ns
        whole.step_train(t_ns, period_ns, high_ns, count)
        Late(single).train(t_ns, period_ns, high_ns, count)
        t_ns += count * period_ns
    assert whole.lost == single.lost
    assert whole.position_steps == single.position_steps
    assert whole.pulses == whole.moved_steps + whole.lost_steps
