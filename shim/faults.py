"""Faults to inject into a running Pico, by name: `pico.fault("stuck_pin", gpio=2, level=1)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shim.clock import NS_PER_MS

if TYPE_CHECKING:
    from shim.virtual_pico import VirtualPico


class Faults:
    """The faults of one Pico; each call takes effect at the device's next wait."""

    def __init__(self, pico: VirtualPico) -> None:
        self._pico = pico
        self._table: dict[str, Callable[..., None]] = {
            "dead_timers": self.dead_timers,
            "hang": self.hang,
            "mask": self.mask,
            "stuck_pin": self.stuck_pin,
        }

    def inject(self, name: str, **facts: Any) -> None:
        """Inject a fault by name; KeyError for an unknown one."""
        self._table[name](**facts)

    def dead_timers(self, dead: bool = True) -> None:
        """No machine.Timer calls back any more."""
        self._pico.dead_timers = dead

    def hang(self, ms: float) -> None:
        """The main program stands still for a span; interrupts go on."""
        self._pico.cpu.hang(self._pico.clock.now_ns + round(ms * NS_PER_MS))

    def mask(self, ms: float) -> None:
        """Interrupts are held up for a span; the main program goes on."""
        cpu = self._pico.cpu
        cpu.mask()
        self._pico.clock.after(round(ms * NS_PER_MS), cpu.unmask)

    def stuck_pin(self, gpio: int, level: int | None) -> None:
        """A short holds a line at a level whatever drives it; None ends it."""
        self._pico.lines[gpio].force(level)
