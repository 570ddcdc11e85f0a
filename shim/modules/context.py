"""What the modules need of the virtual Pico they belong to."""

from __future__ import annotations

from typing import Any, Protocol

from shim.chip import Chip
from shim.clock import VirtualClock
from shim.cpu import Cpu
from shim.filesystem import FileSystem
from shim.lines import Lines
from shim.pio import Pios
from shim.usb import UsbPort


class Pico(Protocol):
    """The parts of a VirtualPico that modules use. `cpu` is this boot's."""

    clock: VirtualClock
    lines: Lines
    cpu: Cpu
    chip: Chip
    pios: Pios
    usb: UsbPort
    fs: FileSystem
    seed: int
    ticks_start_ms: int
    ticks_start_us: int
    dead_timers: bool

    def adc_mv(self, channel: int) -> float:
        """Millivolts at an ADC input now."""

    def reset(self, kind: str) -> None:
        """Reset the chip; does not return to the device program."""

    def free_heap_bytes(self) -> int:
        """What gc.mem_free() tells."""

    def random_bytes(self, count: int) -> bytes:
        """Reproducible noise for os.urandom."""


def bound(name: str, base: type, pico: Pico, **members: Any) -> type:
    """A class for one boot: `base` with the Pico it acts on."""
    return type(name, (base,), {"_pico": pico, "__module__": "machine", **members})
