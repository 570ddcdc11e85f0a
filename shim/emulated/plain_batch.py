"""The emulator's own loop behind the face of batch.pyx: the same, in twice the time."""

from __future__ import annotations

from typing import Any

from rp2040py.execute_batch import execute_batch


class Batch:
    """Runs a simulator's chip. `stopped` ends a run after the present instruction."""

    def __init__(self, simulator: Any) -> None:
        self._simulator = simulator
        self.stopped = False

    @property
    def stopped(self) -> bool:
        """Whether the run is to end."""
        return bool(self._simulator.stopped)

    @stopped.setter
    def stopped(self, now: bool) -> None:
        self._simulator.stopped = now

    def run(self, most: int) -> None:
        """Execute until stopped; so many instructions at most are what the emulator itself has."""
        execute_batch(self._simulator, 1)
