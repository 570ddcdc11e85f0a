"""A world with one pump that is only a link: the real device code, a scripted pump behind it."""

from __future__ import annotations

from typing import Any

from picodose.link.service import Link
from tests.unit.link_bench import OpenKeys, Port, Pump


class LinkWorld:
    """Virtual time in passes of 1 ms; `drop` swallows that many lines of the host's."""

    def __init__(self, pump: Any = None) -> None:
        self.now_ns = 0
        self.port = Port()
        self.pump = Pump() if pump is None else pump
        self.link = Link(self.port, self.pump, OpenKeys())
        self.sent: list[bytes] = []
        self.drop = 0
        self.deaf = False

    def boot(self) -> None:
        """Restart the pump: RAM is lost, and so is the session."""
        self.link = Link(self.port, self.pump, OpenKeys())

    def run_for(self, ms: float) -> None:
        """Let time pass, one pass of the loop a millisecond."""
        for _ in range(max(1, round(ms))):
            self.now_ns += 1_000_000
            if not self.deaf:
                self.link.service(self.now_ns // 1_000_000)

    def send(self, data: bytes) -> None:
        """Take bytes from the host, or lose them."""
        self.sent.append(data)
        if self.drop and data.strip():
            self.drop -= 1
        else:
            self.port.incoming += data

    def receive(self) -> bytes:
        """What the pump has said since the last call."""
        data, self.port.outgoing = self.port.outgoing, b""
        return data
