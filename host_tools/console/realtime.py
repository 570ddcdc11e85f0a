"""Real time for the console, given from outside so that a test can be its clock."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class RealTime(Protocol):
    """The clock on the wall of the room in which a person looks at the page."""

    def now_s(self) -> float:
        """Seconds from an arbitrary start; never goes back."""

    def wait(self, bell: threading.Event, span_s: float) -> None:
        """Wait until the bell rings, but not longer than span_s."""


class HostTime:
    """This machine's."""

    def now_s(self) -> float:
        """Seconds since it was switched on."""
        return time.monotonic()

    def wait(self, bell: threading.Event, span_s: float) -> None:
        """Sleep, and wake up early for the bell."""
        bell.wait(span_s)
