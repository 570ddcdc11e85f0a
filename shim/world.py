"""What a scenario may do with a pump, whichever world runs its firmware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from shim.lines import Listener

AdcSource = float | Callable[[int], float]
"""Millivolts at an ADC pin: constant, or a function of the virtual time in ns."""


@dataclass(frozen=True)
class Board:
    """The bench around the chip: resistors (GPIO -> level), buttons and signals (name -> GPIO)."""

    pulls: dict[int, int] = field(default_factory=lambda: {2: 0, 3: 0, 6: 1, 15: 0})
    buttons: dict[str, int] = field(default_factory=lambda: {"patient": 10, "service": 11})
    signals: dict[str, int] = field(
        default_factory=lambda: {"STEP": 2, "DIR": 3, "ENABLE": 6, "BEEPER": 15}
    )


class LineLike(Protocol):
    """One GPIO as the world outside sees it."""

    def level(self) -> int:
        """The level now."""

    def drive(self, level: int | None) -> None:
        """Drive the line from outside; None lets go."""

    def listen(self, listener: Listener) -> None:
        """Hear every change from now on."""


class LinesLike(Protocol):
    """GPIO lines by number."""

    def __getitem__(self, number: int) -> LineLike: ...


class World(Protocol):
    """One running pump."""

    @property
    def now_ns(self) -> int:
        """Virtual time."""

    @property
    def lines(self) -> LinesLike:
        """The GPIO lines."""

    @property
    def console(self) -> bytes:
        """Everything printed since the beginning."""

    def run_for(self, ms: float) -> None:
        """Let virtual time pass."""

    def until(self, predicate: Callable[[], bool], limit_ms: float) -> None:
        """Run until the predicate holds; raises Stuck with the console's tail after limit_ms."""

    def press(self, button: str, ms: float) -> None:
        """Hold a button down from now for a span; returns at once."""

    def send(self, data: bytes) -> None:
        """The host writes to the serial port."""

    def receive(self) -> bytes:
        """What came out of the serial port since the last call."""

    def set_adc_mv(self, channel: int, source: AdcSource) -> None:
        """What the ADC pin carries."""

    def power_cut(self, off_ms: float = 0) -> None:
        """RAM and scratch registers are lost, flash is kept; boots again after off_ms."""

    def reset(self, kind: str) -> None:
        """Reset: "watchdog", "run_pin", "forced" (machine.reset) or "soft"."""

    def flash_image(self) -> bytes:
        """The file system's region of the flash."""
