"""One state machine, instruction by instruction, with numbers that can be checked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from shim.pio import PioCircularError
from tests.pio import programs
from tests.pio.pio_bench import MHZ, Bench


def machine(bench: Bench, program: Any, number: int = 0, **keywords: Any) -> Any:
    """A running machine at 1 MHz; assembler keywords and init keywords may be mixed."""
    init = {k: keywords.pop(k) for k in list(keywords) if k.endswith(("_base", "jmp_pin"))}
    sm = bench.rp2.StateMachine(number, bench.program(program, **keywords), freq=MHZ, **init)
    sm.active(1)
    return sm


def forced(bench: Bench, source: str, **keywords: Any) -> Any:
    """A stopped machine that has executed the instructions of `source`, one a line."""
    sm = machine(bench, programs.endless_nop, **keywords)
    sm.active(0)
    for line in source.split(";"):
        sm.exec(line.strip())
    return bench.pios.machine(0)


def test_set_and_mov_move_values(bench: Bench) -> None:
    m = forced(bench, "set(x, 21); mov(y, invert(x)); mov(isr, reverse(x)); mov(osr, null)")
    assert (m.x, m.y, m.isr, m.osr) == (21, 0xFFFFFFEA, 0xA8000000, 0)
    assert m.osr_count == 0 and m.isr_count == 0


def test_in_shifts_left_by_default_and_right_when_asked(bench: Bench) -> None:
    source = "set(x, 5); in_(x, 4); set(x, 3); in_(x, 4)"
    m = forced(bench, source)
    assert (m.isr, m.isr_count) == (0x53, 8)
    m = forced(Bench(), source, in_shiftdir=1)
    assert (m.isr, m.isr_count) == (0x35000000, 8)


def test_out_takes_the_top_bits_by_default_and_the_low_ones_when_asked(bench: Bench) -> None:
    for bench, direction, x, osr in (
        (Bench(), 0, 0x12, 0x34567800),
        (Bench(), 1, 0x78, 0x00123456),
    ):
        sm = machine(bench, programs.endless_nop, out_shiftdir=direction)
        sm.put(0x12345678)
        sm.active(0)
        sm.exec("pull(block)")
        sm.exec("out(x, 8)")
        m = bench.pios.machine(0)
        assert (m.x, m.osr, m.osr_count) == (x, osr, 8)


def test_a_full_32_bit_shift_leaves_nothing_behind(bench: Bench) -> None:
    m = forced(bench, "set(y, 9); mov(osr, y); out(x, 32); in_(x, 32)")
    assert (m.x, m.osr, m.isr, m.isr_count, m.osr_count) == (9, 0, 9, 32, 32)


def test_pull_without_block_takes_x_from_an_empty_fifo(bench: Bench) -> None:
    assert forced(bench, "set(x, 7); pull(noblock)").osr == 7


def test_push_without_block_drops_the_word_when_the_fifo_is_full(bench: Bench) -> None:
    source = "; ".join(f"set(x, {n}); mov(isr, x); push(noblock)" for n in range(6))
    assert list(forced(bench, source).rx) == [0, 1, 2, 3]


def test_iffull_and_ifempty_wait_for_their_thresholds(bench: Bench) -> None:
    m = forced(bench, "set(x, 1); in_(x, 7); push(iffull)", push_thresh=8)
    assert not m.rx and m.isr_count == 7
    m = forced(Bench(), "set(x, 1); in_(x, 8); push(iffull)", push_thresh=8)
    assert list(m.rx) == [1] and m.isr_count == 0


def test_joined_fifos_hold_eight_words_one_way_and_none_the_other(bench: Bench) -> None:
    sm = machine(bench, programs.endless_nop, fifo_join=1)
    for n in range(8):
        sm.put(n)
    assert sm.tx_fifo() == 8 and bench.clock.now_ns == 0
    assert bench.pios.machine(0).config.rx_depth == 0


def test_autopull_feeds_out_without_a_pull(bench: Bench) -> None:
    sm = machine(bench, programs.out_all, autopull=True, pull_thresh=8, out_shiftdir=1)
    sm.put(0xAB)
    sm.put(0xCD)
    bench.run_us(10)
    m = bench.pios.machine(0)
    assert m.x == 0xCD and sm.tx_fifo() == 0 and m.stalled


def test_autopush_delivers_at_the_threshold_and_stalls_when_full(bench: Bench) -> None:
    sm = machine(bench, programs.in_all, autopush=True, push_thresh=16)
    bench.run_us(100)
    assert sm.rx_fifo() == 4 and bench.pios.machine(0).stalled
    # x counts 8-bit shifts: 0, 1 in the first word, 2, 3 in the second ..
    assert [sm.get() for _ in range(4)] == [0x0001, 0x0203, 0x0405, 0x0607]
    bench.run_us(100)
    assert [sm.get() for _ in range(4)] == [0x0809, 0x0A0B, 0x0C0D, 0x0E0F]


def test_wait_pin_takes_the_first_cycle_at_which_the_level_is_there(bench: Bench) -> None:
    sm = machine(bench, programs.report_high_pin, in_base=7)
    bench.run_us(10.5)
    bench.lines[7].drive(1)
    bench.run_us(0.4)
    assert sm.rx_fifo() == 0
    bench.run_us(1.2)
    # Cycle 11 sees the pin, cycle 12 pushes.
    assert sm.rx_fifo() == 1


def test_a_pulse_between_two_cycles_is_missed(bench: Bench) -> None:
    sm = machine(bench, programs.report_high_pin, in_base=7)
    bench.run_us(10.2)
    bench.lines[7].drive(1)
    bench.run_us(0.5)
    bench.lines[7].drive(0)
    bench.run_us(100)
    assert sm.rx_fifo() == 0


def test_in_pins_and_jmp_pin_read_levels(bench: Bench) -> None:
    sm = machine(bench, programs.read_three_pins, in_base=7, jmp_pin=9)
    bench.lines[7].drive(1)
    bench.lines[9].drive(1)
    sm.put(0)
    bench.run_us(10)
    assert sm.get() == 0b101
    bench.lines[9].drive(0)
    sm.put(0)
    bench.run_us(10)
    assert sm.rx_fifo() == 0


def test_set_and_side_set_drive_the_pins_they_were_given(bench: Bench) -> None:
    machine(bench, programs.set_and_side, set_init=(0, 0), sideset_init=3, set_base=4,
            sideset_base=8)  # fmt: skip
    # OUT_HIGH (3) makes the side-set pin a high output, IN_LOW (0) leaves 4 and 5 inputs.
    assert bench.lines[8].level() == 1 and bench.lines[4].floating
    bench.run_us(0)
    assert bench.lines[8].level() == 0
    bench.run_us(2)
    assert [bench.lines[n].level() for n in (4, 5, 8)] == [0, 1, 1]


def test_a_word_forced_while_the_program_stalls_leaves_the_program_where_it_is(
    bench: Bench,
) -> None:
    sm = bench.edge_counter()
    m = bench.pios.machine(4)
    bench.run_us(5)
    pc = m.pc
    sm.exec("mov(isr, x)")
    sm.exec("push(noblock)")
    assert sm.get() == 0xFFFFFFFF and m.pc == pc


def test_a_forced_word_that_stalls_is_tried_again(bench: Bench) -> None:
    sm = machine(bench, programs.endless_nop)
    sm.exec("pull(block)")
    bench.run_us(5)
    sm.put(77)
    bench.run_us(5)
    assert bench.pios.machine(0).osr == 77 and sm.tx_fifo() == 0


def test_out_exec_runs_the_word_in_the_next_cycle(bench: Bench) -> None:
    sm = machine(bench, programs.out_exec, out_shiftdir=1)
    sm.put(bench.rp2.asm_pio_encode("set(y, 19)", 0))
    bench.run_us(10)
    assert bench.pios.machine(0).y == 19


def test_irq_flags_let_two_machines_of_a_block_take_turns(bench: Bench) -> None:
    machine(bench, programs.ping, 0, set_init=2, set_base=2)
    machine(bench, programs.pong, 1, set_init=2, set_base=2)
    bench.run_us(100)
    levels = [level for _, level in bench.edges.seen]
    assert len(levels) > 10 and levels == [1, 0] * (len(levels) // 2) + [1] * (len(levels) % 2)


def test_two_machines_that_wait_for_each_others_pins_are_refused(bench: Bench) -> None:
    machine(bench, programs.follow_pin, 0, set_init=2, set_base=3, in_base=2)
    with pytest.raises(PioCircularError):
        machine(bench, programs.follow_pin, 4, set_init=2, set_base=2, in_base=3)
        bench.run_us(1)


def test_a_chain_over_two_blocks_runs_drivers_before_watchers(bench: Bench) -> None:
    # The follower has the lower number, so number order alone would be wrong.
    follower = machine(bench, programs.follow_pin, 0, set_init=2, set_base=3, in_base=2)
    assert follower.active()
    driver = machine(bench, programs.square, 4, set_init=2, set_base=2)
    bench.run_us(100)
    driver.active(0)
    bench.run_us(10)
    assert len(bench.edges.rises) > 10
    assert bench.lines[3].level() == bench.lines[2].level()
