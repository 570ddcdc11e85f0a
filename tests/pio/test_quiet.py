# ruff: noqa: F821, B018
# mypy: disable-error-code="name-defined"
"""What is skipped while every machine is quiet is never missed: a look at any instant is right.

Each history runs on two benches: with quiet times and closed forms, and by plain stepping. After
every microsecond the CPU looks at pins and FIFOs, as the dosing tick does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.pio.pio_bench import MHZ, STEP_PIN, Bench, burst
from tests.pio.programs import counter_program, ping, pong

Look = tuple[int, ...]


def looks(bench: Bench, machines: list[Any], us: int) -> list[Look]:
    """Levels of GPIO 2 and 3 and the FIFOs' fill after each of so many microseconds."""
    seen = []
    for _ in range(us):
        bench.run_us(1)
        fills = [n for sm in machines for n in (sm.rx_fifo(), sm.tx_fifo())]
        seen.append((bench.lines[2].level(), bench.lines[3].level(), *fills))
    return seen


def alike(history: Callable[[Bench], list[Look]]) -> list[Look]:
    """The same history on both benches gives the same looks; returns them."""
    quick, plain = (history(Bench(fast, sysclk_hz=2 * MHZ)) for fast in (True, False))
    assert quick == plain
    return quick


def late_side() -> None:
    pull(block).side(0)
    mov(y, osr).side(0)
    label("spin")
    jmp(y_dec, "spin").side(1)
    nop().side(0)


def wait_and_report() -> None:
    wait(1, pin, 0)
    push(noblock)
    label("end")
    jmp("end")


def spinning(bench: Bench, rounds: int = 9) -> Any:
    """A machine at 1 MHz that lifts GPIO 2 while it counts `rounds` down in y."""
    program = bench.program(late_side, sideset_init=2)
    sm = bench.rp2.StateMachine(0, program, freq=MHZ, sideset_base=STEP_PIN)
    sm.active(1)
    sm.put(rounds)
    return sm


@pytest.mark.req("DEL-2", "DEL-6")
def test_pulses_and_their_report_are_seen_in_their_own_microsecond() -> None:
    def history(bench: Bench) -> list[Look]:
        step, guard = bench.step_machine(), bench.edge_counter(freq=MHZ)
        step.put(burst(3, 20))
        return looks(bench, [step, guard], 150)

    seen = alike(history)
    assert [look[0] for look in seen].count(1) == 3 * 5
    assert [look[2] for look in seen][-1] == 1


def test_a_side_set_that_comes_with_the_count_down_is_not_skipped() -> None:
    def history(bench: Bench) -> list[Look]:
        sm = spinning(bench)
        return looks(bench, [sm], 30)

    assert [look[0] for look in alike(history)].count(1) == 10


@pytest.mark.parametrize("order", ["mov(isr, y).side(1)", "set(y, 2).side(1)"])
def test_an_instruction_forced_into_a_count_down_finds_and_leaves_it_right(order: str) -> None:
    def history(bench: Bench) -> list[Look]:
        sm = spinning(bench, 20)
        before = looks(bench, [sm], 8)
        sm.exec(order)
        after = looks(bench, [sm], 30)
        sm.exec("push(noblock).side(0)")
        return [*before, *after, (sm.get(),)]

    alike(history)


def test_a_restart_in_a_count_down_leaves_its_register_as_it_was() -> None:
    def history(bench: Bench) -> list[Look]:
        sm = spinning(bench, 20)
        looks(bench, [sm], 8)
        sm.restart()
        sm.exec("mov(isr, y).side(0)")
        sm.exec("push(noblock).side(0)")
        return [(sm.get(),)]

    assert 0 < alike(history)[0][0] < 20


def test_machines_that_take_turns_are_never_taken_for_quiet() -> None:
    def history(bench: Bench) -> list[Look]:
        first = bench.rp2.StateMachine(1, bench.program(ping, set_init=2), freq=MHZ, set_base=2)
        other = bench.rp2.StateMachine(2, bench.program(pong, set_init=2), freq=MHZ, set_base=3)
        first.active(1)
        other.active(1)
        return looks(bench, [first, other], 40)

    assert 1 in [look[0] for look in alike(history)]


def test_what_the_world_answers_to_an_edge_reaches_a_waiting_machine() -> None:
    def history(bench: Bench) -> list[Look]:
        waiter = bench.rp2.StateMachine(0, bench.program(wait_and_report), freq=MHZ, in_base=10)
        waiter.active(1)
        step = bench.step_machine(1)  # computed after the waiter

        class Echo:
            def edge(self, _t_ns: int, level: int) -> None:
                bench.lines[10].drive(level)

            def train(self, *_train: int) -> None:
                raise AssertionError("one pulse is no train")

        bench.lines[STEP_PIN].listen(Echo())
        step.put(burst(1, 0))
        return looks(bench, [waiter], 30)

    seen = alike(history)
    rise = [look[0] for look in seen].index(1)
    assert [look[2] for look in seen].index(1) == rise + 1  # wait in the rise's cycle, then push


def test_a_pin_that_another_machine_took_away_is_put_back_by_the_next_round() -> None:
    def history(bench: Bench) -> list[Look]:
        program = bench.program(counter_program, set_init=2)
        other = bench.rp2.StateMachine(1, program, freq=MHZ, in_base=10, set_base=STEP_PIN)
        other.active(1)
        sm = spinning(bench, 30)
        before = looks(bench, [sm], 8)
        other.exec("set(pins, 0)")
        return [*before, *looks(bench, [sm], 10)]

    seen = [look[0] for look in alike(history)]
    assert seen[7] == 1 and seen[9:] == [1] * 9
