"""The reference step program: count, spacing, halt at any cycle, what stays in the FIFO."""

from __future__ import annotations

import pytest

from tests.pio.pio_bench import HIGH_CYCLES, MHZ, PULSE_CYCLES, Bench, burst
from tests.pio.programs import step_program

pytestmark = pytest.mark.filterwarnings("error")


def test_one_word_makes_exactly_that_many_even_pulses_and_a_report(bench: Bench) -> None:
    sm = bench.step_machine()
    sm.put(burst(5, 986))
    bench.run_us(10_000)
    # Cycle 0 finds the FIFO empty; pull 1, out 2, jmp 3, rise 4, then one pulse a millisecond.
    assert bench.edges.rises == [4_000 + 1_000_000 * n for n in range(5)]
    assert bench.edges.seen[1] == (4_000 + HIGH_CYCLES * 1000, 0)
    assert sm.rx_fifo() == 1 and sm.get() == 0


def test_a_count_of_zero_makes_no_edge_but_a_report(bench: Bench) -> None:
    sm = bench.step_machine()
    sm.put(burst(0, 986))
    bench.run_us(1_000)
    assert bench.edges.seen == [] and sm.rx_fifo() == 1


def test_stop_and_start_alone_let_the_old_pulses_out(bench: Bench) -> None:
    sm = bench.step_machine()
    for _ in range(4):
        sm.put(burst(10, 86))
    bench.run_us(250)
    sm.active(0)
    bench.run_us(50_000)
    assert len(bench.edges.rises) == 3
    sm.active(1)
    bench.run_us(50_000)
    assert len(bench.edges.rises) == 40


def test_a_stop_inside_a_delay_goes_on_where_it_stopped(bench: Bench) -> None:
    sm = bench.step_machine()
    sm.put(burst(2, 86))
    bench.run_us(6)  # two cycles into the high time
    sm.active(0)
    bench.run_us(1000)
    assert bench.edges.seen == [(4_000, 1)] and bench.lines[2].level() == 1
    sm.active(1)
    bench.run_us(1000)
    # Cycles 5 and 6 of the delay had passed; 7 and 8 are waited for, then the fall.
    assert bench.edges.seen[1] == (1_006_000 + 2_000, 0)


def test_restart_keeps_the_fifo_and_the_osr(bench: Bench) -> None:
    sm = bench.step_machine()
    sm.put(burst(3, 86))
    sm.put(burst(2, 86))
    bench.run_us(50)
    sm.restart()
    assert sm.tx_fifo() == 1
    bench.run_us(1000)
    assert len(bench.edges.rises) == 1 + 2


def halt(bench: Bench, sm: object, rp2: object) -> int:
    """Halt as design 3 says; returns what was not emitted of the word being worked on."""
    sm.active(0)  # type: ignore[attr-defined]
    while sm.rx_fifo():  # type: ignore[attr-defined]
        sm.get()  # type: ignore[attr-defined]
    sm.exec("mov(isr, x).side(0)")  # type: ignore[attr-defined]
    sm.exec("push(noblock).side(0)")  # type: ignore[attr-defined]
    residue: int = sm.get()  # type: ignore[attr-defined]
    program = bench.program(step_program, sideset_init=2, out_shiftdir=1)
    bench.pios.blocks[0].remove_program(0, 32)
    sm.init(program, freq=MHZ, sideset_base=2)  # type: ignore[attr-defined]
    return residue


@pytest.mark.req("DEL-6")
@pytest.mark.parametrize("words", range(5))
def test_a_halt_at_every_cycle_leaves_nothing_to_come_and_tells_the_residue(words: int) -> None:
    for cycle in range(3, 3 + 2 * PULSE_CYCLES):
        bench = Bench()
        sm = bench.step_machine()
        sm.exec("set(x, 0).side(0)")
        for _ in range(words):
            sm.put(burst(3, 0))
        bench.run_us(cycle)
        residue = halt(bench, sm, bench.rp2)
        emitted = len(bench.edges.rises)
        assert bench.lines[2].level() == 0 and sm.tx_fifo() == 0
        assert emitted + residue == (3 if words else 0), f"halt at cycle {cycle}"
        sm.active(1)
        sm.put(burst(0, 86))
        bench.run_us(10_000)
        assert len(bench.edges.rises) == emitted, f"halt at cycle {cycle}"


def test_draining_by_forced_pulls_empties_the_fifo(bench: Bench) -> None:
    sm = bench.step_machine()
    sm.active(0)
    for n in range(4):
        sm.put(n)
    for left in (3, 2, 1, 0):
        sm.exec("pull(noblock).side(0)")
        assert sm.tx_fifo() == left


def test_put_waits_while_the_fifo_is_full(bench: Bench) -> None:
    sm = bench.step_machine()
    for _ in range(6):
        sm.put(burst(1, 986))
    # One word is being worked on, four wait: the sixth fits when the second is pulled.
    assert 1_000_000 <= bench.clock.now_ns <= 1_010_000
    assert sm.tx_fifo() == 4


def test_a_stuck_fifo_keeps_its_words(bench: Bench) -> None:
    sm = bench.step_machine()
    bench.pios.machine(0).fifo_stuck = True
    sm.put(burst(5, 86))
    bench.run_us(10_000)
    assert sm.tx_fifo() == 1 and bench.edges.seen == []


@pytest.mark.req("LIM-6")
def test_a_patched_program_can_emit_one_pulse_too_many_and_the_counter_sees_it(
    bench: Bench,
) -> None:
    sm = bench.step_machine()
    bench.edge_counter()
    block = bench.pios.blocks[0]
    start = bench.pios.machine(0).words.start
    # The report becomes a second pulse: mov(isr, x) -> nop with STEP high.
    block.patch(start + 7, 0xB042)
    sm.put(burst(5, 86))
    bench.run_us(10_000)
    assert len(bench.edges.rises) == 6
    assert bench.pios.machine(4).x == 0xFFFFFFFF - 6


def test_chip_reset_stops_everything_and_lets_the_pin_go(bench: Bench) -> None:
    sm = bench.step_machine()
    sm.put(burst(200, 0))
    bench.run_us(5)
    assert bench.lines[2].level() == 1
    bench.pios.reset()
    seen = len(bench.edges.seen)
    bench.run_us(10_000)
    assert bench.lines[2].floating and len(bench.edges.seen) == seen
    assert not bench.pios.machine(0).enabled and bench.pios.blocks[0].used == 0


def test_another_sysclk_or_divider_keeps_pulse_times_without_drift() -> None:
    bench = Bench(sysclk_hz=133 * MHZ)
    program = bench.program(step_program, sideset_init=2, out_shiftdir=1)
    sm = bench.rp2.StateMachine(0, program, freq=3 * MHZ, sideset_base=2)
    sm.active(1)
    sm.put(burst(200, 86))
    bench.run_us(20_000)
    divider = 133 * MHZ * 256 // (3 * MHZ)  # of 256ths of a system clock
    cycles = [4 + 100 * n for n in range(200)]
    assert bench.edges.rises == [c * divider * 10**9 // (256 * 133 * MHZ) for c in cycles]
