"""Ports of a few lines for unit tests of delivery/: they count, and obey the test."""

from __future__ import annotations


class FakePulse:
    """Takes bursts; `busy` bursts wait in its FIFO; finish() plays everything out."""

    def __init__(self) -> None:
        self.bursts: list[int] = []
        self.waiting: list[int] = []
        self.reports: list[int] = []
        self.killed = 0
        self.extra_edges = 0
        self.edges = 0

    def ready_isr(self) -> int:
        return not self.waiting

    def burst_isr(self, count: int) -> None:
        self.bursts.append(count)
        self.waiting.append(count)

    def finish(self) -> None:
        """The hardware emits all that waits and reports it."""
        for count in self.waiting:
            self.edges += count + self.extra_edges
            self.reports.append(count)
        self.waiting.clear()

    def collect_isr(self) -> int:
        total = sum(self.reports)
        self.reports.clear()
        return total

    def kill_isr(self) -> None:
        self.killed += 1


class FakeEdges:
    """Reads the edges of a FakePulse, low 16 bits."""

    def __init__(self, pulse: FakePulse) -> None:
        self._pulse = pulse

    def low16_isr(self) -> int:
        return self._pulse.edges & 0xFFFF


class FakeDriver:
    """Remembers whether it was switched off."""

    def __init__(self) -> None:
        self.offs = 0

    def off_isr(self) -> None:
        self.offs += 1


class FakeScratch:
    """Remembers the last commanded count."""

    def __init__(self) -> None:
        self.commanded = 0
        self.sequence = 0

    def commanded_isr(self, steps: int) -> None:
        self.commanded = steps

    def new_reservation(self, sequence: int, steps: int) -> None:
        self.sequence, self.commanded = sequence, steps


class OpenGuard:
    """A guard that never trips."""

    def tick_isr(self, commanded: int) -> int:
        return 0

    def note_isr(self, burst: int) -> None:
        pass
