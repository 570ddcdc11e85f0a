"""A bare board: clock and lines without any firmware, driven by the test itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shim.clock import VirtualClock
from shim.lines import Lines
from shim.plant import Bench, PlantFacts, Tolerances

STEP, DIR, ENABLE, BEEPER = 2, 3, 6, 15
MS = 1_000_000


class Board:
    """Lines with the bench's resistors; the test plays the microcontroller."""

    def __init__(self, pulls: dict[int, int]) -> None:
        self.clock = VirtualClock()
        self.lines = Lines(self.clock, pulls)
        self.adc: dict[int, Callable[[int], float]] = {}

    @property
    def now_ns(self) -> int:
        return self.clock.now_ns

    def set_adc_mv(self, channel: int, source: Callable[[int], float]) -> None:
        self.adc[channel] = source

    def wait_ns(self, dt_ns: int) -> None:
        self.clock.run_until(self.clock.now_ns + dt_ns)

    def set(self, gpio: int, level: int) -> None:
        self.lines[gpio].set_cpu(True, level)

    def let_go(self, gpio: int) -> None:
        self.lines[gpio].release_cpu()

    def wake(self) -> None:
        """Driver on, forward, and long enough for every set-up time."""
        self.set(DIR, 1)
        self.set(ENABLE, 0)
        self.wait_ns(5 * MS)

    def pulse(self, high_ns: int = 5_000, low_ns: int = 1 * MS) -> None:
        self.set(STEP, 1)
        self.wait_ns(high_ns)
        self.set(STEP, 0)
        self.wait_ns(low_ns)

    def burst(self, count: int, period_ns: int = 1 * MS, high_ns: int = 5_000) -> None:
        """Pulses as a PIO makes them: one train, seen when its time has passed."""
        t0_ns = self.now_ns
        self.wait_ns(count * period_ns)
        self.lines[STEP].release_cpu()
        self.lines[STEP].set_pio(t0_ns, out=True, level=0)
        self.lines[STEP].pio_train(t0_ns, period_ns, high_ns, count)


def wired(
    facts: PlantFacts | None = None,
    tolerances: Tolerances | None = None,
    seed: int = 0,
    pulls: dict[int, int] | None = None,
) -> tuple[Board, Bench]:
    facts = facts or PlantFacts()
    board = Board(dict(facts.pins.pulls) if pulls is None else pulls)
    bench = Bench(seed, tolerances or Tolerances.none(), facts)
    bench.attach(board)
    return board, bench


Wire = Callable[..., tuple[Board, Bench]]  # what the fixture gives


@pytest.fixture(scope="session")
def wire() -> Wire:
    """Build a board and a bench on it; ideal parts unless told otherwise."""
    return wired
