"""Strict modes: what a test may switch on to catch what desktop Python would forgive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shim.cpu import Tracer
from shim.loader import Transform, plain_compile

if TYPE_CHECKING:
    from shim.virtual_pico import VirtualPico


@dataclass
class Strict:
    """Which modes are on."""

    int31: bool = False

    def transform(self) -> Transform:
        """How device sources are compiled."""
        return plain_compile

    def tracer(
        self, pico: VirtualPico, device_path: Callable[[str], str | None]
    ) -> Tracer | None:
        """The trace function of the device's program, None when no mode needs one."""
        return None
