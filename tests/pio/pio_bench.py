"""A bare bench for PIO tests: clock, lines, rp2, the reference programs, an edge recorder."""

from __future__ import annotations

from typing import Any

from shim.clock import VirtualClock
from shim.lines import Lines, expand_train
from shim.pio import Pios, make_rp2_module
from tests.pio.programs import counter_program, step_program

STEP_PIN = 2
BEEPER_PIN = 15
MHZ = 1_000_000


class BareCpu:
    """A processor that does nothing but wait."""

    call_ns = 0
    free_ns = 0

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def spend(self, dt_ns: int = 0) -> None:
        """A call takes no time here, so that tests can be checked by hand."""
        self.clock.run_until(self.clock.now_ns + dt_ns)


class Edges:
    """Every (t_ns, level) of one line, and how many trains brought them."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []
        self.trains = 0

    def edge(self, t_ns: int, level: int) -> None:
        self.seen.append((t_ns, level))

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        self.trains += 1
        self.seen.extend(expand_train(t0_ns, period_ns, high_ns, count))

    @property
    def rises(self) -> list[int]:
        return [t_ns for t_ns, level in self.seen if level]


class Bench:
    """Virtual clock, lines, both PIO blocks and the rp2 module; `closed_forms=False` is plain."""

    def __init__(self, closed_forms: bool = True, sysclk_hz: int = 125 * MHZ) -> None:
        self.clock = VirtualClock()
        self.lines = Lines(self.clock, {2: 0, 3: 0, 15: 0})
        self.cpu = BareCpu(self.clock)
        self.pios = Pios(self.clock, self.lines, sysclk_hz)
        for number in range(8):
            self.pios.machine(number).closed_forms = closed_forms
        self.rp2: Any = make_rp2_module(self, self.pios)
        self.edges = Edges()
        self.lines[STEP_PIN].listen(self.edges)

    def run_us(self, dt_us: float) -> None:
        self.clock.run_until(self.clock.now_ns + round(dt_us * 1000))
        self.lines.sync()

    def program(self, function: Any, **keywords: Any) -> list[Any]:
        program: list[Any] = self.rp2.asm_pio(**keywords)(function)
        return program

    def step_machine(self, number: int = 0) -> Any:
        """The reference step program at 1 MHz on STEP, running."""
        program = self.program(step_program, sideset_init=2, out_shiftdir=1)
        sm = self.rp2.StateMachine(number, program, freq=MHZ, sideset_base=STEP_PIN)
        sm.active(1)
        return sm

    def edge_counter(self, number: int = 4, freq: int = -1) -> Any:
        """The guard's counter on STEP, running; counts down from 0xFFFFFFFF."""
        sm = self.rp2.StateMachine(number, self.program(counter_program), freq=freq, in_base=2)
        sm.exec("set(x, 0)")
        sm.exec("mov(x, invert(x))")
        sm.active(1)
        return sm


def burst(count: int, spacing: int) -> int:
    """The step program's word: count pulses (0..255), PULSE_CYCLES + spacing us apart."""
    return spacing << 8 | count


PULSE_CYCLES = 14
HIGH_CYCLES = 5
