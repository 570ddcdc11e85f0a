"""The benchmark's pumps do what their figures claim; how fast they do it is for `make bench`."""

from __future__ import annotations

import pytest

from tools.benches import sim2


@pytest.mark.req("SIM-2")
def test_the_basal_benchmark_doses_half_a_millilitre_a_day_with_every_part_alive() -> None:
    pico, bench = sim2.running_pump(sim2.BASAL_NL_H)
    before = bench.steps_moved
    pico.run_for(3_600_000)
    assert abs(bench.steps_moved - before - sim2.BASAL_NL_H * 2 // 25) <= 2
    assert bench.steps_lost == 0


@pytest.mark.req("SIM-2")
def test_the_fast_benchmark_traces_every_pulse_of_ten_millilitres_an_hour() -> None:
    pico, bench = sim2.running_pump(sim2.FAST_NL_H, overlay=sim2.BENCH_PROFILE)
    recorder = pico.trace()
    begun_ns, before = pico.now_ns, bench.steps_moved
    pico.run_for(10_000)
    traced = recorder.count_rises("STEP", begun_ns, pico.now_ns)
    assert traced == bench.steps_moved - before
    assert abs(traced - 2222) <= 45
