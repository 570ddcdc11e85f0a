"""Whole loops at once give the very same edges, registers and reports as plain stepping."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pio.pio_bench import BEEPER_PIN, MHZ, STEP_PIN, Bench, Edges, burst
from tests.pio.programs import (
    count_tested_late,
    counter_low_first,
    tone_program,
    two_pin_walk,
    wait_unless_y_is_zero,
)

ACTIONS = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 40), st.integers(0, 60)),
    st.tuples(st.just("put"), st.integers(8, 40), st.integers(0, 3)),
    st.tuples(st.just("run"), st.integers(0, 400_000), st.just(0)),
    st.tuples(st.just("run"), st.integers(100_000, 400_000), st.just(0)),
    st.tuples(st.just("stop"), st.just(0), st.just(0)),
    st.tuples(st.just("start"), st.just(0), st.just(0)),
    st.tuples(st.just("dump"), st.just(0), st.just(0)),
    st.tuples(st.just("count"), st.just(0), st.just(0)),
    st.tuples(st.just("restart"), st.just(0), st.just(0)),
)


def registers(bench: Bench, number: int) -> tuple[Any, ...]:
    bench.pios.sync(bench.clock.now_ns)
    m = bench.pios.machine(number)
    cycle = None if m.stalled else m.cycle
    return m.x, m.y, m.osr, m.isr, m.pc, cycle, m.stalled, list(m.tx), list(m.rx)


def act(bench: Bench, step: Any, guard: Any, action: tuple[str, int, int]) -> list[int]:
    kind, first, second = action
    if kind == "put" and step.tx_fifo() < 4:
        step.put(burst(first, second))
    elif kind == "run":
        bench.clock.run_until(bench.clock.now_ns + first)
        bench.lines.sync()
    elif kind in ("stop", "start"):
        step.active(kind == "start")
    elif kind == "restart":
        step.restart()
    elif kind in ("dump", "count"):
        sm = step if kind == "dump" else guard
        side = ".side(0)" if kind == "dump" else ""
        sm.exec("mov(isr, x)" + side)
        sm.exec("push(noblock)" + side)
        return [sm.get() for _ in range(sm.rx_fifo())]
    return []


@pytest.mark.req("DEL-2", "DEL-6")
@settings(max_examples=60)
@given(st.lists(ACTIONS, min_size=3, max_size=30), st.sampled_from([-1, MHZ, 700_001, 210_000]))
def test_step_and_guard_agree_with_plain_stepping_after_any_history(
    actions: list[tuple[str, int, int]], guard_hz: int
) -> None:
    # Plain stepping at 125 MHz for whole histories would take minutes: a slow system clock.
    benches = [Bench(fast, sysclk_hz=2 * MHZ) for fast in (True, False)]
    machines = [(b.step_machine(), b.edge_counter(freq=guard_hz)) for b in benches]
    for action in actions:
        told = [act(b, *m, action) for b, m in zip(benches, machines, strict=True)]
        assert told[0] == told[1]
        assert registers(benches[0], 0) == registers(benches[1], 0)
        assert registers(benches[0], 4)[0] == registers(benches[1], 4)[0]
    assert benches[0].edges.seen == benches[1].edges.seen
    assert benches[1].edges.trains == 0


@given(st.integers(0, 150), st.integers(0, 60), st.lists(st.integers(1, 15_000), max_size=5))
def test_a_tone_is_the_same_in_closed_form_and_plain(
    cycles: int, half: int, cuts: list[int]
) -> None:
    seen = []
    for fast in (True, False):
        bench, edges = Bench(fast, sysclk_hz=MHZ), Edges()
        bench.lines[BEEPER_PIN].listen(edges)
        program = bench.program(tone_program, set_init=0, out_shiftdir=1)
        sm = bench.rp2.StateMachine(5, program, set_base=BEEPER_PIN)
        sm.active(1)
        sm.put(half << 16 | cycles)
        for cut_us in cuts:
            bench.run_us(cut_us)
        bench.run_us(40_000)
        assert len(edges.rises) == cycles and not bench.lines[BEEPER_PIN].level()
        assert bench.lines[BEEPER_PIN].floating
        seen.append(edges.seen)
    assert seen[0] == seen[1]


@given(st.integers(0, 50), st.lists(st.integers(1, 40), max_size=4))
def test_a_loop_on_several_pins_is_repeated_edge_by_edge(rounds: int, cuts: list[int]) -> None:
    seen = []
    for fast in (True, False):
        bench, other = Bench(fast, sysclk_hz=MHZ), Edges()
        bench.lines[3].listen(other)
        program = bench.program(two_pin_walk, set_init=(2, 2), out_shiftdir=1)
        sm = bench.rp2.StateMachine(1, program, set_base=2)
        sm.active(1)
        sm.put(rounds)
        for cut_us in cuts:
            bench.run_us(cut_us)
        bench.run_us(1000)
        assert len(other.rises) == rounds + 1
        seen.append((bench.edges.seen, other.seen, registers(bench, 1)))
    assert seen[0] == seen[1]


@pytest.mark.req("DEL-8")
def test_a_burst_reaches_listeners_as_one_train(bench: Bench) -> None:
    sm = bench.step_machine()
    bench.edge_counter()
    sm.put(burst(222, 4000))
    bench.run_us(1_000_000)
    assert bench.edges.trains == 1
    assert len(bench.edges.rises) == 222
    assert {b - a for a, b in zip(bench.edges.rises, bench.edges.rises[1:], strict=False)} == {
        4_014_000
    }
    assert bench.pios.machine(4).x == 0xFFFFFFFF - 222


@pytest.mark.req("DEL-2", "DEL-6")
@pytest.mark.parametrize("guard_hz", [-1, MHZ, 700_001, 210_000])
def test_a_burst_cut_at_any_cycle_and_continued_is_the_same_as_plain(guard_hz: int) -> None:
    for cut in range(0, 240, 2 if guard_hz == MHZ else 5):
        benches = [Bench(fast, sysclk_hz=2 * MHZ) for fast in (True, False)]
        for bench in benches:
            step = bench.step_machine()
            bench.edge_counter(freq=guard_hz)
            step.put(burst(15, 0))
            bench.run_us(cut)
        same(*benches)
        for bench in benches:
            bench.rp2.StateMachine(0).active(0)
            bench.run_us(50)
            bench.rp2.StateMachine(0).active(1)
            bench.run_us(300)
        same(*benches)
        assert len(benches[0].edges.rises) == 15


def same(fast: Bench, plain: Bench) -> None:
    assert fast.edges.seen == plain.edges.seen
    assert registers(fast, 0) == registers(plain, 0)
    assert fast.pios.machine(4).x == plain.pios.machine(4).x


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9])
def test_a_counter_tested_after_its_decrement_ends_the_loop_in_time(count: int) -> None:
    benches = [Bench(fast, sysclk_hz=MHZ) for fast in (True, False)]
    for bench in benches:
        program = bench.program(count_tested_late, set_init=2, out_shiftdir=1)
        sm = bench.rp2.StateMachine(0, program, set_base=2)
        sm.active(1)
        sm.put(count)
        bench.run_us(200)
    same(*benches)
    if count:
        assert len(benches[0].edges.rises) == count


def test_pulses_too_close_for_a_slow_counter_are_missed_alike() -> None:
    benches = [Bench(fast, sysclk_hz=2 * MHZ) for fast in (True, False)]
    for bench in benches:
        step = bench.step_machine()
        bench.edge_counter(freq=100_000)
        step.put(burst(200, 0))
        bench.run_us(4_000)
    same(*benches)
    assert benches[0].pios.machine(4).x > 0xFFFFFFFF - 200


@pytest.mark.parametrize(("count", "spacing"), [(1, 100), (10, 0), (222, 40)])
def test_a_counter_that_waits_for_the_low_first_counts_every_pulse(
    count: int, spacing: int
) -> None:
    benches = [Bench(fast, sysclk_hz=2 * MHZ) for fast in (True, False)]
    for bench in benches:
        step = bench.step_machine()
        program = bench.program(counter_low_first)
        sm = bench.rp2.StateMachine(4, program, freq=MHZ, in_base=2)
        sm.exec("mov(x, invert(null))")
        sm.active(1)
        step.put(burst(count, spacing))
        bench.run_us(20_000)
        assert registers(bench, 4)[0] == 0xFFFFFFFF - count
    same(*benches)


def test_a_round_that_waited_for_a_pin_is_not_taken_for_the_next_ones() -> None:
    benches = [Bench(fast, sysclk_hz=2 * MHZ) for fast in (True, False)]
    left = []
    for bench in benches:
        step = bench.step_machine()
        program = bench.program(wait_unless_y_is_zero, out_shiftdir=1)
        sm = bench.rp2.StateMachine(4, program, in_base=STEP_PIN)
        sm.active(1)
        sm.put(200 << 8 | 1)
        step.put(burst(4, 50))
        bench.run_us(1_000)
        left.append(registers(bench, 4))
    assert left[0] == left[1]
    assert left[0][0] in range(180, 200 - 4)  # some rounds in each of four short highs
