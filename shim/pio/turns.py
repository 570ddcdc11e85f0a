"""State machines that share IRQ flags: they are computed together, instruction by instruction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shim.pio.block import PioBlock
    from shim.pio.machine import Machine


def turn_groups(block: PioBlock) -> Iterator[list[Machine]]:
    """Machines that use IRQ flags form one group of their block, every other one its own."""
    sharing = []
    for machine in block.machines:
        if machine.enabled and any(_uses_irq(block.memory[n]) for n in machine.words):
            sharing.append(machine)
        elif machine.enabled:
            yield [machine]
    if sharing:
        yield sharing


def _uses_irq(word: int) -> bool:
    return word >> 13 == 6 or word & 0xE060 == 0x2040


def take_turns(group: list[Machine], t_ns: int) -> None:
    """Instruction by instruction in time order; ties go to the lower number."""
    when: Callable[[Machine], int] = lambda m: m.grid.time_ns(m.cycle)  # noqa: E731
    for machine in group:
        if machine.stall_watch is not None and machine.stall_watch.items:
            machine.stalled = False
    while True:
        ready = [m for m in group if not m.stalled and when(m) <= t_ns]
        if not ready:
            return
        first = min(ready, key=when)
        first.run(when(first))
