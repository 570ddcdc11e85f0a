"""Strict modes: what a test may switch on to catch what desktop Python would forgive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shim.cpu import Tracer
from shim.loader import Transform, plain_compile
from shim.strict import int31
from shim.strict.tracing import ProgramTracer

if TYPE_CHECKING:
    from shim.virtual_pico import VirtualPico


@dataclass
class Strict:
    """Which modes are on, and what they counted.

    `int31_isr`: functions named *_isr compute in small ints and never allocate.
    `preempt_folder`: count the bytecodes of device code whose path starts with it, as
    "picodose/delivery/", and fire the next hard timer interrupt before each whose number
    `preempt_at` answers with True. Set to None later, it ends the counting.
    `cut_at_line`: count every line of device code and cut the power before that one;
    `count_lines` counts without cutting.
    """

    int31_isr: bool = False
    preempt_folder: str | None = None
    preempt_at: Callable[[int], bool] | None = None
    count_lines: bool = False
    cut_at_line: int | None = None
    opcodes: int = 0
    lines: int = 0
    preemptions: int = 0

    def __post_init__(self) -> None:
        self.count_lines = self.count_lines or self.cut_at_line is not None

    def transform(self) -> Transform:
        """How device sources are compiled."""
        return int31.guarded_compile if self.int31_isr else plain_compile

    def builtins(self) -> dict[str, Any]:
        """Names that transformed sources need."""
        return int31.builtins() if self.int31_isr else {}

    def tracer(self, pico: VirtualPico, device_path: Callable[[str], str | None]) -> Tracer | None:
        """The trace function of the device's program, None when no mode needs one."""
        return ProgramTracer(self, pico, device_path) if self.traces else None

    @property
    def traces(self) -> bool:
        """Whether a mode is on that needs a trace function."""
        return self.preempt_folder is not None or self.count_lines
