"""The line under pressure, its faults, wear of the tube, and what the sensors show of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.plant import Bench, PlantFacts, Tolerances
from shim.plant.facts import PathFacts, TubeFacts
from shim.plant.tube import Tube
from tests.plant.conftest import Board, Wire

SENSED = PlantFacts.sensed()
EVEN = replace(SENSED, tube=TubeFacts())
INDEX, PRESSURE_CHANNEL, STEP_NL = 7, 1, 12.5
MS, S = 1_000_000, 1_000_000_000


def under_pressure(wire: Wire, facts: PlantFacts = EVEN) -> tuple[Board, Bench]:
    """A running pump whose line is up to its valve's 7 kPa."""
    board, bench = wire(facts)
    board.wake()
    board.burst(200, period_ns=10 * MS)
    board.wait_ns(S)
    assert bench.pressure_kpa() == pytest.approx(7.0, abs=0.01)
    return board, bench


def test_the_line_fills_up_to_its_valve_before_a_drop_leaves(wire: Wire) -> None:
    board, bench = wire(EVEN)
    board.wake()
    board.burst(56)  # 700 nL at 100 nL/kPa
    assert (bench.dispensed_nl, bench.pressure_kpa()) == (0, 7.0)
    board.burst(80)
    board.wait_ns(S)
    assert bench.dispensed_nl == pytest.approx(1_000, abs=1)
    assert bench.water_balance_fl() == 0


def test_in_flow_the_pressure_is_resistance_times_rate(wire: Wire) -> None:
    board, bench = under_pressure(wire)
    for _ in range(20):
        board.burst(100, period_ns=1 * MS)  # 1000 steps/s: 45 mL/h x 32 Pa h/mL
    assert bench.pressure_kpa() == pytest.approx(7.0 + 45 * 0.032, abs=0.05)


def test_a_clog_keeps_back_and_lets_go_with_its_time_constant(wire: Wire) -> None:
    board, bench = under_pressure(wire)
    bench.clog(1_000)  # 32 kPa for each mL/h: tau = 3.2e-3 h = 11.5 s
    board.burst(80, period_ns=MS // 10)
    held_kpa = bench.pressure_kpa() - 7.0
    assert held_kpa == pytest.approx(10.0, rel=0.01)
    board.wait_ns(11_520 * MS)
    assert bench.pressure_kpa() - 7.0 == pytest.approx(held_kpa / 2.718, rel=0.02)
    bench.clog(1)
    board.wait_ns(S)
    assert bench.pressure_kpa() == pytest.approx(7.0, abs=0.01)
    assert bench.water_balance_fl() == 0


def test_a_clog_that_grows_takes_its_time(wire: Wire) -> None:
    board, bench = under_pressure(wire)
    bench.clog(1_000, over_ms=100_000)
    taus = []
    for _ in range(3):
        taus.append(bench.path.throttle.tau_ns(board.now_ns) / 1e9)
        board.wait_ns(50 * S)
    assert taus == pytest.approx([0.0115, 5.77, 11.52], rel=0.01)


def test_a_full_line_holds_the_rotor_and_releases_what_it_took(wire: Wire) -> None:
    board, bench = under_pressure(wire)
    bench.kink(True)
    before_nl = bench.dispensed_nl
    board.burst(3_200, period_ns=MS // 10)
    assert bench.pressure_kpa() == pytest.approx(200, abs=0.2)
    assert bench.motor.lost["blocked"] == pytest.approx(3_200 - 19_300 / STEP_NL, abs=1)
    assert bench.dispensed_nl == before_nl
    bench.kink(False)
    board.wait_ns(S)
    assert bench.dispensed_nl - before_nl == pytest.approx(19_300, abs=20)


@pytest.mark.parametrize("fault", [Bench.tear, Bench.loosen])
def test_an_open_line_holds_no_pressure_and_gives_nothing(wire: Wire, fault: object) -> None:
    board, bench = under_pressure(wire)
    before_nl = bench.dispensed_nl
    fault(bench, True)  # type: ignore[operator]
    board.burst(100)
    assert (bench.pressure_kpa(), bench.dispensed_nl) == (0, before_nl)
    assert bench.path.leaked_fl["water"] == 1_950_000_000
    fault(bench, False)  # type: ignore[operator]
    board.burst(56)
    assert bench.pressure_kpa() == pytest.approx(7.0)
    assert bench.water_balance_fl() == 0


def test_a_bubble_travels_the_dead_volume_and_then_opens_the_valve(wire: Wire) -> None:
    facts = replace(EVEN, path=replace(EVEN.path, dead_volume_nl=10_000, swell_max_nl=5_000))
    board, bench = under_pressure(wire, facts)
    bench.air(2_000)
    board.burst(780)
    board.wait_ns(S)
    assert bench.pressure_kpa() == pytest.approx(7.0, abs=0.1)
    assert bench.air_out_fl() == 0
    board.burst(100)
    board.wait_ns(S)
    assert bench.pressure_kpa() == 0
    board.burst(300)
    board.wait_ns(S)
    assert bench.air_out_fl() == 2_000_000_000
    board.burst(56)
    board.wait_ns(S)
    assert bench.pressure_kpa() == pytest.approx(7.0, abs=0.01)
    assert bench.water_balance_fl() == 0


def test_the_index_line_shows_real_motion_only(wire: Wire) -> None:
    board, bench = under_pressure(wire)
    marks: list[int] = []

    class Marks:
        def edge(self, _t_ns: int, level: int) -> None:
            marks.append(level)

        def train(self, *_train: int) -> None:
            raise AssertionError("the disk makes no trains")

    board.lines[INDEX].listen(Marks())
    for _ in range(32):
        board.burst(100)
    assert marks == [1, 0] * 4
    bench.stall()
    board.burst(3_200, period_ns=MS // 10)
    assert len(marks) == 8


def test_a_magnet_holds_the_rotor_for_its_time(wire: Wire) -> None:
    board, bench = under_pressure(wire)
    bench.stall(for_ms=100)
    board.burst(50, period_ns=MS)
    assert bench.motor.lost["blocked"] == 50
    board.wait_ns(60 * MS)
    board.burst(50, period_ns=MS)
    assert bench.motor.lost["blocked"] == 50


def test_the_pressure_sensor_is_as_good_as_its_data_sheet() -> None:
    for seed in range(20):
        sensor = Bench(seed, facts=SENSED).pressure
        shown_kpa = [(sensor.mv(40.0, t_ns) - 330.0) / 26.4 for t_ns in range(50)]
        assert abs(sum(shown_kpa) / 50 - 40.0) < 1.5 + 0.05
        assert max(shown_kpa) - min(shown_kpa) < 1.0
    sensor.fault = "open"
    assert sensor.mv(40.0, 0) == 0


def test_a_board_without_the_sensors_has_nothing_on_their_pins(wire: Wire) -> None:
    board, bench = wire(PlantFacts())
    board.wake()
    board.burst(800)
    assert board.lines[INDEX].floating and PRESSURE_CHANNEL not in board.adc
    assert bench.dispensed_nl == 10_000


def test_wear_takes_its_part_and_stops_at_its_most() -> None:
    turn, fresh = 3_200, Tube(TubeFacts(), 0, 0)
    tube = Tube(TubeFacts(wear_ppm_per_turn=4, wear_max_ppm=200_000), 0, 0)

    def turn_at(turns: int) -> float:
        pushed = tube.pushed_fl((turns + 1) * turn) - tube.pushed_fl(turns * turn)
        return pushed / fresh.pushed_fl(turn)

    assert [turn_at(n) for n in (0, 25_000, 49_999, 60_000, 200_000)] == pytest.approx(
        [1.0, 0.9, 0.8, 0.8, 0.8], abs=1e-5
    )


_ACTS = ("run", "run", "run", "kink", "clog", "tear", "loose", "air", "stall", "magnet")


@given(st.lists(st.tuples(st.sampled_from(_ACTS), st.integers(1, 900)), max_size=25))
def test_whatever_the_line_suffers_no_drop_is_made_or_lost(
    wire: Wire, acts: list[tuple[str, int]]
) -> None:
    facts = replace(SENSED, path=PathFacts(3_000, 900, True, 10, 32.0, 7))
    board, bench = wire(facts, Tolerances())
    board.wake()
    for act, size in acts:
        on = size % 2 == 1
        if act == "run":
            board.burst(size, period_ns=100_000)
        elif act == "magnet":
            bench.stall(for_ms=size)
        elif act in ("clog", "air"):
            (bench.clog if act == "clog" else bench.air)(size)
        else:
            {"kink": bench.kink, "tear": bench.tear, "loose": bench.loosen, "stall": bench.stall}[
                act
            ](on)
        assert bench.water_balance_fl() == 0
        assert bench.path.water_fl() >= 0
        assert bench.pressure_kpa() < 95
        assert bench.motor.pulses == bench.motor.moved_steps + bench.motor.lost_steps
