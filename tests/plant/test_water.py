"""Water: every femtolitre is somewhere."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.plant import Bench, PlantFacts, Tolerances
from shim.plant.facts import FL_PER_NL, PathFacts, ReservoirFacts, TubeFacts
from shim.world import Board as VirtualBoard
from tests.plant.conftest import Board, Wire

ENABLE = 6
MS = 1_000_000


def test_the_bench_and_the_virtual_board_have_the_same_resistors() -> None:
    assert dict(PlantFacts().pins.pulls) == VirtualBoard().pulls


def test_one_turn_dispenses_40_microlitres(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    board.burst(3200)
    assert bench.dispensed_fl == 40_000 * FL_PER_NL
    assert bench.reservoir_nl == 20_000_000 - 40_000


def test_a_ratio_that_is_no_whole_number_does_not_drift(wire: Wire) -> None:
    board, bench = wire(PlantFacts(tube=TubeFacts(nominal_nl=40_000, per_steps=3_201)))
    board.wake()
    for _ in range(300):
        board.burst(32_01, period_ns=60_000)
    assert bench.dispensed_fl == 300 * 40_000 * FL_PER_NL


def test_an_unprimed_path_dispenses_its_dead_volume_of_air_first(wire: Wire) -> None:
    facts = PlantFacts(path=PathFacts(dead_volume_nl=1_000, primed=False))
    board, bench = wire(facts)
    board.wake()
    board.burst(100)  # 1250 nL
    assert bench.air_out_fl() == 1_000 * FL_PER_NL
    assert bench.dispensed_nl == 250
    assert bench.water_balance_fl() == 0


def test_a_bag_at_its_residue_gives_air_and_keeps_the_residue(wire: Wire) -> None:
    facts = PlantFacts(
        path=PathFacts(dead_volume_nl=500, swell_max_nl=100),
        reservoir=ReservoirFacts(filled_nl=1_001_000, residue_nl=1_000_000),
    )
    board, bench = wire(facts)
    board.wake()
    board.burst(400)  # 5000 nL asked, 1000 nL in the bag, 500 nL in the path
    assert bench.reservoir_nl == 1_000_000
    assert bench.reservoir.empty
    assert bench.dispensed_nl == 1_500
    assert bench.air_out_fl() == 3_500 * FL_PER_NL
    assert bench.water_balance_fl() == 0


def test_a_refill_after_draining_is_booked_on_both_sides(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    board.burst(800)
    assert bench.reservoir.drain() == (20_000_000 - 10_000) * FL_PER_NL
    bench.reservoir.fill(5_000_000)
    assert bench.reservoir_nl == 5_000_000
    assert bench.water_balance_fl() == 0


@pytest.mark.req("THER-5")
def test_what_was_filled_in_before_leaves_the_tip_first_and_unmixed(wire: Wire) -> None:
    facts = PlantFacts(
        path=PathFacts(dead_volume_nl=1_250, swell_max_nl=100),
        reservoir=ReservoirFacts(conc_ug_ml=500),
    )
    board, bench = wire(facts)
    board.wake()
    bench.reservoir.drain()
    bench.reservoir.fill(5_000_000, 2_000)
    for steps, out_ug in ((60, 0.375), (40, 0.625), (1, 0.65), (9, 0.875)):
        board.burst(steps)
        assert bench.dispensed_fl and bench.path.out_ag == round(out_ug * 10**12)
    assert bench.path.mass_balance_ag() == 0


def test_a_kinked_tube_swells_then_blocks_and_lets_a_surge_out(wire: Wire) -> None:
    facts = PlantFacts(path=PathFacts(dead_volume_nl=100_000, swell_max_nl=1_000))
    board, bench = wire(facts)
    board.wake()
    bench.kink(True)
    board.burst(100)  # 1250 nL against 1000 nL of room: 80 steps fit
    assert bench.dispensed_nl == 0
    assert bench.motor.lost["blocked"] == 20
    assert bench.water_balance_fl() == 0
    bench.kink(False)
    assert bench.dispensed_nl == 1_000
    assert bench.water_balance_fl() == 0


def test_a_leak_takes_its_part_before_the_tip(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    bench.leak(250_000)
    board.burst(320)
    assert bench.dispensed_nl == 3_000
    assert bench.path.leaked_fl["water"] == 1_000 * FL_PER_NL
    assert bench.water_balance_fl() == 0


def test_pumping_backwards_brings_water_back_and_air_into_the_tip(wire: Wire) -> None:
    board, bench = wire()
    board.wake()
    board.set(3, 0)
    board.wait_ns(1000)
    board.burst(80)
    assert bench.reservoir_nl == 20_001_000
    assert bench.path.slugs[-1][:2] == ["air", 1_000 * FL_PER_NL]
    assert bench.water_balance_fl() == 0


_act = st.sampled_from(
    ("burst", "burst", "back", "off", "kink", "free", "stall", "run", "leak", "tight", "fill")
)


def _do(board: Board, bench: Bench, act: str, size: int) -> None:
    if act in ("burst", "back"):
        board.set(3, int(act == "burst"))
        board.set(ENABLE, 0)
        board.wait_ns(2 * MS)
        board.burst(size, period_ns=100_000)
    elif act == "off":
        board.set(ENABLE, 1)
    elif act in ("kink", "free"):
        bench.kink(act == "kink")
    elif act in ("stall", "run"):
        bench.stall(act == "stall")
    elif act in ("leak", "tight"):
        bench.leak(size * 400 if act == "leak" else 0)
    else:
        bench.reservoir.drain()
        bench.reservoir.fill(size * 10, size)


_SMALL = PlantFacts(
    tube=TubeFacts(pulsation_nl=40.0),
    path=PathFacts(dead_volume_nl=3_000, swell_max_nl=700),
    reservoir=ReservoirFacts(filled_nl=60_000, residue_nl=20_000, conc_ug_ml=7),
)


@given(st.lists(st.tuples(_act, st.integers(1, 1000)), max_size=25), st.integers(0, 9))
def test_no_drop_is_ever_made_or_lost_whatever_happens(
    wire: Wire, acts: list[tuple[str, int]], seed: int
) -> None:
    board, bench = wire(_SMALL, Tolerances(), seed)
    for act, size in acts:
        _do(board, bench, act, size)
        assert bench.water_balance_fl() == bench.path.mass_balance_ag() == 0
        assert bench.path.water_fl() >= 0
        assert bench.motor.pulses == bench.motor.moved_steps + bench.motor.lost_steps


def test_the_same_seed_gives_the_same_tube_and_another_seed_another() -> None:
    tubes = [Bench(seed).tube.deviation_ppm for seed in (1, 1, 2)]
    assert tubes[0] == tubes[1] != tubes[2]
    assert Bench(1, Tolerances.none()).tube.deviation_ppm == 0
    assert all(abs(Bench(seed).tube.deviation_ppm) <= 45_000 for seed in range(50))


def test_pulsation_comes_and_goes_and_adds_nothing_over_a_turn(wire: Wire) -> None:
    facts = PlantFacts(tube=TubeFacts(pulsation_nl=100.0, pulsation_steps=400))
    board, bench = wire(facts)
    board.wake()
    board.burst(100)
    assert bench.dispensed_nl == pytest.approx(1_250 + 100)
    board.burst(300)
    assert bench.dispensed_fl == 5_000 * FL_PER_NL


def test_the_scale_shows_the_mass_within_its_noise(wire: Wire) -> None:
    board, bench = wire(tolerances=replace(Tolerances.none(), noise=1.0))
    board.wake()
    board.burst(8000, period_ns=100_000)  # 100 uL = 99.82 mg
    assert bench.scale_mg() == pytest.approx(99.82, abs=0.5)
    assert bench.scale_mg() == bench.scale_mg()
    assert round(bench.scale_mg() * 10) == pytest.approx(bench.scale_mg() * 10)


def test_a_bench_survives_pickling_with_all_it_knows(wire: Wire) -> None:
    board, bench = wire(seed=3)
    board.wake()
    board.burst(1234)
    copy = pickle.loads(pickle.dumps(bench))
    assert copy.at(board.now_ns) == bench.now
    assert copy.water_balance_fl() == 0


def test_the_plant_does_not_go_back_in_time(wire: Wire) -> None:
    board, bench = wire()
    board.wait_ns(10 * MS)
    bench.at(board.now_ns)
    with pytest.raises(ValueError, match="already"):
        bench.at(board.now_ns - 1)
