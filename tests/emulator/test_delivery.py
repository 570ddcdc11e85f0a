"""The pump's own delivery and pulse code on the official firmware, driven to its limits.

toy/delivery leaves prescription, records and link away, so a rate or a halt can be asked for that
no profile of today allows.
"""

from __future__ import annotations

import pytest

from shim.emulated.pico import EmulatedPico
from tests.emulator.conftest import SOME_LATE_STEPS, Boards
from tests.emulator.watch import STEP, Edges, ask, position_error_steps, totals

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
LEAST_HIGH_NS = 2_000  # PULSE_MIN_US of the bench driver
APART_NS = 1_000_000  # the toy rests 2 ms between halts; pulses of one halt are closer
FASTEST = (3, 0, 60)  # steps a burst, span in ms, cycles: 7 us a pulse, so 60 us see two words
SLOWER = (64, 1, 20)  # 15 us a pulse: low times of several cycles


def groups(rises_ns: list[int]) -> list[int]:
    """Pulses of each halt that let any out."""
    counts: list[int] = []
    last_ns = -APART_NS
    for t_ns in rises_ns:
        if t_ns - last_ns >= APART_NS:
            counts.append(0)
        counts[-1] += 1
        last_ns = t_ns
    return counts


@pytest.mark.req("DEL-6", "DEL-2")
@pytest.mark.parametrize("shape", [FASTEST, SLOWER], ids=["fastest", "slower"])
@pytest.mark.parametrize("words", [0, 1, 2, 3, 4, 5])
def test_a_halt_at_any_cycle_books_every_edge_and_leaves_none_behind(
    boards: Boards, words: int, shape: tuple[int, int, int]
) -> None:
    steps, span_ms, cycles = shape

    def body(pico: EmulatedPico) -> tuple[str, list[int], list[int]]:
        edges = Edges(pico, STEP)
        printed = ask(pico, f"halts {words} {steps} {span_ms} {cycles}", 3000)
        return printed, edges.rises_ns(), edges.highs_ns()

    printed, rises, highs = boards.run("delivery", body, late_steps=2 * cycles)
    told = [int(line.split()[1]) for line in printed.splitlines() if line.startswith("halt ")]
    assert len(told) == cycles
    assert groups(rises) == [emitted for emitted in told if emitted]
    assert words == 0 or min(highs) >= LEAST_HIGH_NS
    assert words < 2 or len(set(told)) > 1, "the halts came at one place only"


@pytest.mark.req("DEL-6", "LIM-4")
@pytest.mark.parametrize(("steps_per_s", "tick_ms"), [(667, 200), (10_000, 10)])
@pytest.mark.parametrize("stall_ms", [5, 45, 122, 400])
def test_a_stall_delays_steps_and_never_adds_one(
    boards: Boards, stall_ms: int, steps_per_s: int, tick_ms: int
) -> None:
    def body(pico: EmulatedPico) -> tuple[dict[str, int], list[int]]:
        edges = Edges(pico, STEP)
        ask(pico, f"dose {steps_per_s} {tick_ms}")
        pico.at(pico.now_ns + 250_000_000, lambda: pico.stall(stall_ms))
        ask(pico, "go_on 750 0 0", 3000)
        return totals(ask(pico, "stop")), edges.rises_ns()

    books, rises = boards.run("delivery", body, late_steps=SOME_LATE_STEPS)
    tick_steps = -(-steps_per_s * tick_ms // 1000)
    ordered = (rises[-1] - rises[0]) * steps_per_s / 1e9
    assert len(rises) == books["confirmed"]
    assert books["tripped"] == books["starved"] == 0
    assert len(rises) <= ordered + 1 + tick_steps
    if stall_ms <= 122:
        assert books["lost"] == 0
        assert len(rises) >= ordered - tick_steps
    gaps = [b - a for a, b in zip(rises, rises[1:], strict=False)]
    assert min(gaps) >= 0.45e9 / steps_per_s, "made up at more than twice the rate"


@pytest.mark.req("SAF-2", "DEL-8")
def test_the_fastest_tick_leaves_the_processor_four_fifths_of_its_time(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[list[int], list[int], dict[str, int]]:
        edges = Edges(pico, STEP)
        with pico.irq_meter() as meter:
            ask(pico, "dose 20000 10")
            ask(pico, "go_on 400 1 0", 3000)
        books = totals(ask(pico, "stop"))
        return [span.inside_ns for span in meter.spans], edges.rises_ns(), books

    inside_ns, rises, books = boards.run("delivery", body, late_steps=SOME_LATE_STEPS)
    assert len(inside_ns) >= 35
    assert max(inside_ns) <= 0.2 * 10_000_000
    assert books == {"confirmed": len(rises), "lost": 0, "starved": 0, "tripped": 0}


@pytest.mark.req("DEL-8")
@pytest.mark.parametrize(
    ("steps_per_s", "tick_ms", "load"),
    [
        (5, 1000, "go_on 4000 0 500"),
        (333, 500, "go_on 900 1 400"),
        (2000, 50, "go_on 400 1 200"),
        (20_000, 10, "go_on 300 1 0"),
    ],
)
def test_pulses_stay_even_while_the_loop_allocates_and_writes(
    boards: Boards, steps_per_s: int, tick_ms: int, load: str
) -> None:
    def body(pico: EmulatedPico) -> tuple[list[int], int]:
        edges = Edges(pico, STEP)
        ask(pico, f"dose {steps_per_s} {tick_ms}")
        erases = pico.chip.flash.erases
        ask(pico, load, 6000)
        return edges.rises_ns(), pico.chip.flash.erases - erases

    rises, erases = boards.run("delivery", body, late_steps=SOME_LATE_STEPS)
    tick_steps = steps_per_s * tick_ms / 1000
    assert position_error_steps(rises, steps_per_s) <= 1 + tick_steps
    assert (erases > 0) == (not load.endswith(" 0"))
