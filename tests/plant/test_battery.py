"""Battery: charge, sag, divider, noise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shim.plant import PlantFacts, Tolerances
from shim.plant.battery import Battery
from shim.plant.facts import BatteryFacts
from tests.plant.conftest import Wire

HOUR = 3_600 * 10**9
ENABLE, BEEPER = 6, 15


def resting() -> Battery:
    return Battery(BatteryFacts(), seed=0, noise=0.0)


def test_fresh_cells_rest_at_6400_mv_and_25_ma_sag_them_by_15() -> None:
    battery = resting()
    assert battery.rest_mv(0) == 6400
    battery.idle.switch(0, True)
    assert battery.terminal_mv(0) == pytest.approx(6400 - 4 * 0.150 * 25)


def test_a_tenth_of_the_capacity_is_used_after_8_8_hours_at_25_ma() -> None:
    battery = resting()
    battery.idle.switch(0, True)
    assert battery.used(int(8.8 * HOUR)) == pytest.approx(0.1)
    assert battery.rest_mv(int(8.8 * HOUR)) == pytest.approx(4 * 1460)


def test_the_motor_pulls_the_voltage_down_and_lets_go_again(wire: Wire) -> None:
    board, bench = wire()
    idle_mv = bench.battery_mv
    board.set(ENABLE, 0)
    loaded_mv = bench.battery_mv
    board.set(ENABLE, 1)
    assert idle_mv - loaded_mv == pytest.approx(4 * 0.150 * 75)
    assert bench.battery_mv == pytest.approx(idle_mv)


def test_the_sag_grows_as_the_cells_go_flat(wire: Wire) -> None:
    board, bench = wire()
    bench.battery.drain_to(4600, board.now_ns)
    idle_mv = bench.battery_mv
    board.set(ENABLE, 0)
    assert idle_mv - bench.battery_mv > 2 * 4 * 0.150 * 75


def test_motor_time_and_tone_time_use_charge(wire: Wire) -> None:
    board, bench = wire()
    board.set(ENABLE, 0)
    board.wait_ns(HOUR)
    board.set(ENABLE, 1)
    for t0_s in range(0, 60, 2):
        bench.beeper.train(board.now_ns + t0_s * 10**9, 2_000_000, 1_000_000, 500)
    bench.beeper.notes(board.now_ns + 60 * 10**9)
    used_mah = bench.battery.used(board.now_ns) * 2_200
    assert used_mah == pytest.approx(25 + 75 + 8 * 30 / 3600, rel=1e-9)


def test_the_battery_out_of_its_holder_uses_nothing(wire: Wire) -> None:
    board, bench = wire()
    bench.supply(False)
    board.wait_ns(HOUR)
    bench.supply(True)
    assert bench.battery.used(board.now_ns) == 0


def test_a_gap_in_the_supply_is_not_charged(wire: Wire) -> None:
    board, bench = wire()
    bench.supply_gap(30 * 60_000)
    board.wait_ns(HOUR)
    assert bench.battery.used(board.now_ns) * 2_200 == pytest.approx(25 / 2)


def test_the_adc_pin_sees_half_the_battery(wire: Wire) -> None:
    board, bench = wire()
    assert board.adc[0](0) == pytest.approx(bench.battery_mv / 2)


def test_noise_belongs_to_the_instant_and_the_seed(wire: Wire) -> None:
    loud = replace(Tolerances.none(), noise=1.0)
    first, second, other = (wire(tolerances=loud, seed=s)[0].adc[0] for s in (1, 1, 2))
    samples = [first(t) for t in range(0, 400_000, 2_000)]
    assert samples == [second(t) for t in range(0, 400_000, 2_000)]
    assert samples != [other(t) for t in range(0, 400_000, 2_000)]
    mean = sum(samples) / len(samples)
    sigma = (sum((x - mean) ** 2 for x in samples) / len(samples)) ** 0.5
    assert mean == pytest.approx(3192.5, abs=0.5)
    assert 1.6 < sigma < 2.4


def test_two_looks_at_one_instant_see_different_noise(wire: Wire) -> None:
    board, _ = wire(tolerances=replace(Tolerances.none(), noise=1.0))
    assert board.adc[0](5) != board.adc[0](5)


@pytest.mark.parametrize("mv", [6300.0, 5200.0, 4600.0, 3900.0])
def test_drain_to_places_the_idle_voltage(wire: Wire, mv: int) -> None:
    board, bench = wire()
    bench.battery.drain_to(mv, board.now_ns)
    assert bench.battery_mv == pytest.approx(mv, abs=0.01)
    bench.battery.replace(board.now_ns)
    assert bench.battery_mv == pytest.approx(6385)


def test_drain_to_reach_makes_the_battery_low_at_a_wanted_hour(wire: Wire) -> None:
    board, bench = wire()
    board.set(ENABLE, 0)
    bench.battery.drain_to_reach(4700, board.now_ns, 14 * HOUR, mean_ma=100)
    board.wait_ns(13 * HOUR)
    assert bench.battery_mv > 4700
    board.wait_ns(HOUR)
    assert bench.battery_mv == pytest.approx(4700, abs=0.1)


def test_a_wish_that_no_battery_can_fulfil_is_refused(wire: Wire) -> None:
    board, bench = wire()
    with pytest.raises(ValueError, match="off this battery's curve"):
        bench.battery.drain_to(7000, 0)
    with pytest.raises(ValueError, match="fresh cells fall below"):
        bench.battery.drain_to_reach(4700, 0, 40 * HOUR, mean_ma=100)


def test_a_broken_divider_looks_like_no_battery_level(wire: Wire) -> None:
    board, bench = wire()
    bench.battery.fault = "open"
    assert board.adc[0](1) == 0
    bench.battery.fault = "short"
    assert board.adc[0](2) == 3300
    bench.battery.fault = "noisy"
    samples = [board.adc[0](t) for t in range(0, 200_000, 2_000)]
    assert max(samples) - min(samples) > 600


def test_the_curve_only_falls() -> None:
    levels = [mv for _, mv in PlantFacts().battery.cell_mv]
    assert levels == sorted(levels, reverse=True)
