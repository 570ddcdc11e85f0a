"""Coils and DC pump on the official firmware: halts, erases, a hung CPU, at their pins (DEL-3)."""

from __future__ import annotations

import pytest

from shim.emulated.pico import EmulatedPico
from tests.emulator.conftest import SOME_LATE_STEPS, Boards
from tests.emulator.watch import ask, totals
from tests.scenario.pump_pins import HalfSteps, Rises

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
COILS, DC = 1, 2  # numbers of the toy's drives
ON_NS = {COILS: 4_000_000, DC: 5_000_000}
LEAST_NS = {COILS: 20_000, DC: 300_000}
PULSE_US = {COILS: 4060, DC: 5004}
CLOCK_NS = {COILS: 10_000, DC: 1000}  # one cycle of the program
PHASES = 9
EACH = pytest.mark.parametrize("drive", [COILS, DC], ids=["coils", "dc"])


def judge_of(pico: EmulatedPico, drive: int) -> Rises:
    """Steps at the pins of the drive, which the toy takes over first."""
    ask(pico, f"drive {drive}")
    return HalfSteps(pico) if drive == COILS else Rises(pico)


@pytest.mark.req("DEL-3", "DEL-6", "DEL-2")
@pytest.mark.parametrize("words", [0, 1, 3, 5])
@EACH
def test_a_halt_books_every_step_and_leaves_none_behind(
    boards: Boards, drive: int, words: int
) -> None:
    def body(pico: EmulatedPico) -> tuple[list[int], list[int], list[int], list[int]]:
        judge = judge_of(pico, drive)
        at_pins, told = [], []
        for first_us in (1, PULSE_US[drive] - 60):
            every_us = 17 if first_us > 1 else PULSE_US[drive] // 4
            printed = ask(pico, f"halts_from {words} 2 0 {first_us} {every_us} {PHASES}", 5000)
            told += [int(x.split()[1]) for x in printed.splitlines() if x.startswith("halt ")]
            at_pins.append(len(judge.steps_ns))
        return told, at_pins, judge.on_ns(), getattr(judge, "wrong_ns", [])

    told, at_pins, on_ns, wrong_ns = boards.run("delivery", body, late_steps=4 * PHASES)
    assert len(told) == 2 * PHASES
    assert at_pins == [sum(told[:PHASES]), sum(told)]
    assert wrong_ns == []
    assert words == 0 or min(on_ns) >= LEAST_NS[drive]
    assert words < 2 or len(set(told)) > 1, "the halts came at one place only"


@pytest.mark.req("DEL-3", "DEL-6", "DEL-2", "LIM-6")
@EACH
def test_on_times_are_exact_through_an_erase_and_every_step_is_counted(
    boards: Boards, drive: int
) -> None:
    def body(pico: EmulatedPico) -> tuple[dict[str, int], list[int], list[int], list[int]]:
        judge = judge_of(pico, drive)
        ask(pico, "dose 50 200")
        pico.at(pico.now_ns + 330_000_000, lambda: pico.stall(400))
        ask(pico, "go_on 1500 0 0", 3000)
        books = totals(ask(pico, "stop"))
        return books, judge.steps_ns, judge.on_ns(), getattr(judge, "wrong_ns", [])

    books, steps, on_ns, wrong_ns = boards.run("delivery", body, late_steps=SOME_LATE_STEPS)
    assert (books["confirmed"], books["tripped"], wrong_ns) == (len(steps), 0, [])
    assert 50 <= len(steps) <= 75
    assert max(abs(span - ON_NS[drive]) for span in on_ns[:-1]) <= CLOCK_NS[drive]


@pytest.mark.req("DEL-3", "LIM-5")
@EACH
def test_a_step_ends_on_time_with_interrupts_off_and_the_cpu_hung(
    boards: Boards, drive: int
) -> None:
    def body(pico: EmulatedPico) -> tuple[int, int, list[int], list[int], list[int]]:
        judge = judge_of(pico, drive)
        ask(pico, "dose 50 100")
        pico.until(lambda: len(judge.steps_ns) > 1, 1000)
        begun_ns = pico.now_ns
        ask(pico, "hang 60", 1000)
        return begun_ns, pico.now_ns, judge.steps_ns, judge.falls_ns, judge.on_ns()

    begun_ns, end_ns, steps, falls, on_ns = boards.run(
        "delivery", body, wall_limit_s=600, late_steps=SOME_LATE_STEPS
    )
    inside = [t_ns for t_ns in steps if begun_ns + 20_000_000 <= t_ns < end_ns]
    assert len(inside) <= 4, "more than the burst in hand"
    assert any(t_ns > begun_ns for t_ns in falls)
    assert max(abs(span - ON_NS[drive]) for span in on_ns) <= CLOCK_NS[drive]
