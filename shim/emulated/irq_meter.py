"""How long the firmware spends inside the timer interrupt, to the instruction.

The emulator charges nothing for exception entry and return and nothing for flash wait
states, so a span is a lower bound: compare it with a limit that leaves a margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shim.emulated.chip import Chip

_FIRST_TIMER_EXCEPTION = 16  # exception number of TIMER_IRQ_0 on the RP2040
_TIMER_EXCEPTIONS = range(_FIRST_TIMER_EXCEPTION, _FIRST_TIMER_EXCEPTION + 4)


@dataclass(frozen=True)
class IrqSpan:
    """One timer interrupt: alarm due, handler entered, handler left (ns since power-on)."""

    due_ns: int
    entry_ns: int
    exit_ns: int

    @property
    def inside_ns(self) -> int:
        """Time from entry to exit."""
        return self.exit_ns - self.entry_ns


class IrqMeter:
    """Context manager: collects a span for every timer interrupt of a chip.

    Interrupts are followed instruction by instruction, so a run may end up to one handler
    later than asked for.
    """

    def __init__(self, chip: Chip) -> None:
        self.spans: list[IrqSpan] = []
        self._chip = chip
        self._due_ns: int | None = None
        self._fire = chip.mcu.timer._fire_alarm

    def __enter__(self) -> IrqMeter:
        self._chip.mcu.timer._fire_alarm = self._fired
        self._chip.on_stop.append(self._follow)
        return self

    def __exit__(self, *_: object) -> None:
        self._chip.mcu.timer._fire_alarm = self._fire
        self._chip.on_stop.remove(self._follow)

    def max_inside_ns(self) -> int:
        """Longest time inside one interrupt; raises ValueError when none was seen."""
        return max(span.inside_ns for span in self.spans)

    def _fired(self, index: int) -> None:
        self._fire(index)
        if self._due_ns is None:
            self._due_ns = self._chip.now_ns
        self._chip.stop()

    def _follow(self) -> None:
        while self._due_ns is not None:
            due_ns, self._due_ns = self._due_ns, None
            if self._inside() or self._chip.mcu.timer.int_status:
                self._follow_one(due_ns)
            # else the handler before it has served this alarm too

    def _follow_one(self, due_ns: int) -> None:
        self._step_while(inside=False)
        entry_ns = self._chip.now_ns
        self._step_while(inside=True)
        self.spans.append(IrqSpan(due_ns, entry_ns, self._chip.now_ns))

    def _step_while(self, inside: bool) -> None:
        while self._inside() == inside and not self._chip.power_lost:
            self._chip.step()

    def _inside(self) -> bool:
        return self._chip.mcu.core.ipsr in _TIMER_EXCEPTIONS
