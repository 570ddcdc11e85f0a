"""The emulated board itself, proved on a toy pump before anything leans on it.

The toy's burst is 5 pulses, 10 us high and 100 us apart, one burst every 20 ms.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest

from shim.emulated import chip, plain_batch
from shim.emulated.fork import ForkFailed, in_fork
from shim.emulated.image import FS_START, compiled_image, littlefs_image, read_files
from shim.emulated.pico import EmulatedPico
from shim.errors import Stuck
from tests.emulator.conftest import TOY
from tests.emulator.watch import Edges, ask

pytestmark = pytest.mark.emu
OnStepper = Callable[[Callable[[EmulatedPico], Any]], Any]
STEP_US, HIGH_US, PERIOD_US, BURST = 100, 10, 20_000, 5
EVEN_US = [k * STEP_US for k in range(BURST)]


def test_boots_the_image_with_compiled_modules(on_stepper: OnStepper) -> None:
    files = read_files(compiled_image(TOY / "stepper"))
    assert sorted(files) == ["boot.py", "main.py", "toy.mpy"]
    assert files["toy.mpy"][:1] == b"M"
    console = on_stepper(lambda pico: pico.console)
    # boot.py prints before the host has enumerated the port: that output is lost, as on a board.
    assert console == b"cause 1 scratch 0\r\nready\r\n"


def test_both_inner_loops_run_a_board_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    def body() -> tuple[list[tuple[int, int]], int, int, bytes]:
        pico = EmulatedPico(flash=compiled_image(TOY / "stepper"))
        pico.until(lambda: b"ready" in pico.console, 5000)
        edges = Edges(pico, 2)
        ask(pico, "run 3")
        pico.run_for(100)
        return edges.ns, pico.now_ns, pico.chip.mcu.core.cycles, pico.console

    ours = in_fork(body, 100)
    monkeypatch.setattr(chip, "Batch", plain_batch.Batch)
    assert in_fork(body, 200) == ours
    assert len(ours[0]) == 2 * 3 * BURST


def test_a_littlefs_image_gives_back_every_byte() -> None:
    files = {"a.txt": bytes(range(256)) * 40, "deep/er/b.bin": b"x"}
    assert read_files(littlefs_image(files)) == files


def test_every_burst_has_its_pulses_at_the_exact_places(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> tuple[list[float], list[tuple[int, int]]]:
        edges = Edges(pico, 2)
        ask(pico, "run 10")
        pico.run_for(300)
        return edges.rises_us(), edges.ns

    rises, edges = on_stepper(body)
    assert len(rises) == 10 * BURST
    for burst in range(10):
        own = rises[burst * BURST : (burst + 1) * BURST]
        assert [t - own[0] for t in own] == pytest.approx(EVEN_US, abs=0.2)
    starts = rises[::BURST]
    gaps = [b - a for a, b in zip(starts, starts[1:], strict=False)]
    assert gaps == pytest.approx([PERIOD_US] * 9, abs=60)
    highs = [b[0] - a[0] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert highs == pytest.approx([HIGH_US * 1000] * 50, abs=200)


def test_the_other_pio_block_counts_every_edge_of_the_pin(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> str:
        ask(pico, "run 30")
        pico.run_for(800)
        return ask(pico, "count")

    assert "commanded 150 counted 150" in on_stepper(body)


def test_edges_from_outside_reach_the_pio_counter(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> str:
        # A pulse driven against the chip's own output must lose: the pin is an output.
        pico.lines[2].drive(1)
        pico.run_for(5)
        pico.lines[2].drive(None)
        return ask(pico, "count")

    assert "commanded 0 counted 0" in on_stepper(body)


def test_scratch_survives_a_forced_reset_and_not_a_power_cut(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> tuple[bytes, bytes]:
        ask(pico, "mark")
        start = len(pico.console)
        pico.send(b"reset\n")
        pico.until(lambda: b"ready" in pico.console[start:], 3000)
        after_reset = pico.console[start:]
        start = len(pico.console)
        pico.power_cut(off_ms=50)
        pico.until(lambda: b"ready" in pico.console[start:], 3000)
        return after_reset, pico.console[start:]

    after_reset, after_cut = on_stepper(body)
    assert b"cause 3 scratch 4711" in after_reset
    assert b"cause 1 scratch 0" in after_cut


def test_run_pin_reset_clears_scratch_and_a_watchdog_reset_keeps_it(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> list[bytes]:
        seen = []
        for kind in ("watchdog", "run_pin"):
            ask(pico, "mark")
            start = len(pico.console)
            pico.reset(kind)
            pico.until(lambda s=start: b"ready" in pico.console[s:], 3000)  # type: ignore[misc]
            seen.append(pico.console[start:])
        return seen

    watchdog, run_pin = on_stepper(body)
    assert b"cause 3 scratch 4711" in watchdog
    assert b"cause 1 scratch 0" in run_pin


def test_a_flash_erase_masks_the_timer_and_the_ticks_catch_up(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> tuple[list[float], int, int]:
        edges = Edges(pico, 2)
        ask(pico, "run 40")
        pico.run_for(100)
        started = pico.chip.flash.erases
        ask(pico, "write hello")
        pico.run_for(1200)
        return edges.rises_us(), pico.chip.flash.erases - started, pico.chip.flash.erase_ns

    rises, erases, erase_ns = on_stepper(body)
    starts = rises[::BURST]
    gaps_ms = [(b - a) / 1000 for a, b in zip(starts, starts[1:], strict=False)]
    assert erases >= 1 and erase_ns == 45_000_000
    assert len(rises) == 40 * BURST, "a stall may delay a burst, never lose or add one"
    assert 40 < max(gaps_ms) < 45 + 22
    assert min(gaps_ms) < 1, "the masked ticks come back to back"


@pytest.mark.parametrize("stall_ms", [5, 45, 122, 400])
def test_pio_runs_on_while_the_cpu_stands_still(on_stepper: OnStepper, stall_ms: int) -> None:
    def body(pico: EmulatedPico) -> tuple[int, list[float]]:
        edges = Edges(pico, 2)
        ask(pico, "run 30")
        pico.until(lambda: len(edges.ns) >= 2, 100)
        before_ns = pico.now_ns
        pico.stall(stall_ms)
        stood_ns = pico.now_ns - before_ns
        pico.run_for(1500)
        return stood_ns, edges.rises_us()

    stood_ns, rises = on_stepper(body)
    assert stood_ns == stall_ms * 1_000_000
    assert [t - rises[0] for t in rises[:BURST]] == pytest.approx(EVEN_US, abs=0.2)
    assert len(rises) == 30 * BURST


@pytest.mark.parametrize("op", [1, 2, 3, 4])
def test_a_cut_inside_a_flash_operation_leaves_old_or_new_or_nothing(
    on_stepper: OnStepper, op: int
) -> None:
    def body(pico: EmulatedPico) -> tuple[int, bytes]:
        pico.cut_power_at_flash_op(op, 0.5)
        pico.send(b"write hello\n")
        start = len(pico.console)
        pico.until(lambda: pico.power_cuts > 0 and b"ready" in pico.console[start:], 4000)
        names = read_files(pico.flash_image())
        return pico.power_cuts, names.get("data.txt", b"none")

    cuts, content = on_stepper(body)
    assert cuts == 1
    assert content in (b"none", b"", b"hello" * 400)


def test_a_torn_erase_leaves_half_the_sector_as_it_was(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> tuple[bytes, bytes]:
        flash = pico.chip.flash
        done = len(flash.ops)
        pico.send(b"write hello\n")
        pico.until(lambda: any(op.erases for op in flash.ops[done:]), 2000)
        erase = next(op for op in flash.ops[done:] if op.erases)
        pico.stall((erase.t_ns + flash.erase_ns * 3 // 4 - pico.now_ns) / 1e6)
        start = erase.address - FS_START
        torn = flash.after_power_cut()[start : start + 4096]
        return erase.before, torn

    before, torn = on_stepper(body)
    assert torn[:3000] == b"\xff" * 3000
    assert torn[3100:] == before[3100:]


def test_two_runs_give_the_same_nanoseconds_console_and_flash(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> tuple[list[tuple[int, int]], bytes, bytes]:
        edges = Edges(pico, 2)
        ask(pico, "run 5")
        ask(pico, "write again")
        return edges.ns, pico.console, pico.flash_image()

    assert on_stepper(body) == on_stepper(body)


def test_time_inside_the_timer_interrupt_is_measured(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> tuple[int, float, float]:
        ask(pico, "run 20")
        with pico.irq_meter() as meter:
            pico.run_for(200)
        inside_us = [span.inside_ns / 1000 for span in meter.spans]
        return len(inside_us), min(inside_us), max(inside_us)

    ticks, _, longest_us = on_stepper(body)
    assert ticks >= 10
    assert 10 < longest_us < 500


def test_an_exception_in_an_interrupt_fails_any_test(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> None:
        ask(pico, "crash")
        pico.run_for(100)

    with pytest.raises(AssertionError, match="Uncaught exception"):
        on_stepper(body)


def test_buttons_and_adc_reach_the_firmware(on_stepper: OnStepper) -> None:
    def body(pico: EmulatedPico) -> list[int]:
        levels = [pico.lines[10].level()]
        pico.press("patient", 30)
        levels.append(pico.lines[10].level())
        pico.run_for(29)
        levels.append(pico.lines[10].level())
        pico.run_for(2)
        return [*levels, pico.lines[10].level(), pico.lines[6].level()]

    # GPIO10 has no board resistor and the toy enables no pull: it falls back to 0.
    assert on_stepper(body) == [0, 0, 0, 0, 1]


def test_a_wait_that_never_comes_true_says_so_with_the_console(on_stepper: OnStepper) -> None:
    with pytest.raises(Stuck, match="ready"):
        on_stepper(lambda pico: pico.until(lambda: False, 10))


def test_a_fork_returns_results_raises_errors_and_stops_runaways() -> None:
    assert in_fork(lambda: struct.pack("<I", 7)) == b"\x07\0\0\0"
    with pytest.raises(ZeroDivisionError):
        in_fork(lambda: 1 // 0)
    with pytest.raises(ForkFailed, match="no result"):
        in_fork(_forever, wall_limit_s=0.2)


def _forever() -> None:
    while True:
        pass
