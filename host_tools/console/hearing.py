"""A transport that hears STOP while it waits for anything else.

A request waits for its reply, and a program goes over in many parts; whoever holds the pump must
not be deaf meanwhile. So between any two portions of waiting, and before every write, somebody
may cut in.
"""

from __future__ import annotations

from collections.abc import Callable

from host_tools.link.errors import PumpError
from host_tools.link.transport import Transport

_PORTION_NS = 50_000_000


class Overtaken(PumpError):
    """STOP came first; what was under way was given up."""

    unsure = True

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} was overtaken by STOP",
            safe="The pump was told to stop; nothing of this is sent again.",
            cause="somebody pressed STOP",
            command="read the status, then ask again",
        )


class Hearing:
    """inner: the transport; cut_in(): True while somebody waits to cut in."""

    def __init__(self, inner: Transport, cut_in: Callable[[], bool]) -> None:
        self._inner = inner
        self.name = inner.name
        self._cut_in = cut_in
        self.deaf = False  # while the one who cut in speaks

    def now_ns(self) -> int:
        """The inner transport's time."""
        return self._inner.now_ns()

    def write(self, data: bytes) -> None:
        """Send all of `data`; raises LinkLostError, Overtaken."""
        self._listen()
        self._inner.write(data)

    def read(self, wait_ns: int) -> bytes:
        """Return what has come after at most `wait_ns`; raises LinkLostError, Overtaken."""
        end_ns = self.now_ns() + wait_ns
        while True:
            self._listen()
            left_ns = end_ns - self.now_ns()
            data = self._inner.read(min(max(left_ns, 0), _PORTION_NS))
            if data or left_ns <= _PORTION_NS:
                return data

    def close(self) -> None:
        """Let the port go."""
        self._inner.close()

    def reopen(self) -> bool:
        """Try to open the port again, wherever it is now; False: not there yet."""
        is_open = self._inner.reopen()
        self.name = self._inner.name
        return is_open

    def wait(self, span_s: float) -> None:
        """Let the transport's time pass; raises Overtaken."""
        self._listen()
        self._inner.wait(span_s)

    def _listen(self) -> None:
        if not self.deaf and self._cut_in():
            raise Overtaken("what was under way")
