"""A link on a bench: a port of two byte strings, a pump that only writes down what it was told."""

from __future__ import annotations

import json
from binascii import crc32
from pathlib import Path
from typing import Any

from picodose import codes
from picodose.link.service import Link

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "bad_requests.txt"

Pairs = list[tuple[str, Any]]


ORDERS = {
    "begin": "decommission",
    "begin_single": "bolus",
    "pause": "audio_pause",
    "calibrate": "calibrate_run",
}
"""What the pump's own methods are called here, where it is not the command's name."""


class Port:
    """Bytes in, bytes out; `taking` is how many bytes the host takes a pass (0: it stopped)."""

    def __init__(self) -> None:
        self.incoming = b""
        self.outgoing = b""
        self.taking = 64
        self.largest_write = 0

    def read_into(self, buffer: bytearray) -> int:
        chunk = self.incoming[: len(buffer)]
        self.incoming = self.incoming[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def write_ready(self) -> bool:
        return self.taking > 0

    def write(self, view: memoryview) -> int:
        self.largest_write = max(self.largest_write, len(view))
        sent = bytes(view[: self.taking])
        self.outgoing += sent
        return len(sent)


class OpenKeys:
    """Bench mode: no key is enrolled and none is needed."""

    def permit(self, *_request: Any) -> int:
        return 0

    def greet(self, _now_ms: int) -> str:
        return "00"

    def end_session(self) -> None:
        """Nothing to end."""


class Pump:
    """Answers like a pump; `calls` is every call that reached it."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refuse: codes.Refused | None = None
        self.pages: Pairs = [("state", "stopped")]
        self.heard_ms = 0
        self.staged = b""
        self.acted: list[tuple[int, int]] = []  # what outlives a reset: ids and CRCs

    def _did(self, *call: Any) -> None:
        self.calls.append(call)
        if self.refuse is not None:
            raise self.refuse

    def hello(self) -> Pairs:
        self._did("hello")
        return [("model", "fake"), ("boot", 3)]

    def status(self, page: int) -> Pairs:
        self._did("status", page)
        return self.pages

    def stop(self, origin: str) -> None:
        self._did("stop", origin)

    def start(self) -> None:
        self._did("start")

    def set_clock(self, wall_s: int) -> None:
        self._did("set_clock", wall_s)

    def ack(self, code: int) -> None:
        self._did("ack", code)

    def heard(self, now_ms: int) -> None:
        self.heard_ms = now_ms

    def audio_pause(self, span_s: int) -> Pairs:
        self._did("audio_pause", span_s)
        return [("span_s", span_s)]

    def sound_test(self) -> None:
        self._did("sound_test")

    def service_reset(self) -> Pairs:
        self._did("service_reset")
        return [("anew", 1)]

    def battery_new(self) -> None:
        self._did("battery_new")

    def order(self, path: str, values: list[Any]) -> Pairs | None:
        name = path.split(".")[-1]
        done: Pairs | None = getattr(self, ORDERS.get(name, name))(*values)
        return done

    def last_id(self) -> int:
        return max((request_id for request_id, _ in self.acted), default=0)

    def remember(self, request_id: int, crc: int, _key: int) -> None:
        self.acted.append((request_id, crc))

    def knows(self, crc: int) -> bool:
        return crc in [known for _, known in self.acted[-16:]]

    def lost(self) -> None:
        self._did("lost")

    def stage_begin(self, kind: str, length: int, crc: str) -> None:
        self._did("stage_begin", kind, length, crc)
        self.staged = b""

    def stage_part(self, part: int, data: str) -> Pairs:
        self._did("stage_part", part, data)
        self.staged += data.encode()
        return [("have", len(self.staged))]

    def stage_end(self) -> Pairs:
        self._did("stage_end")
        return [("total_24h_nl", 192000), ("digest", crc32(self.staged)), ("needs", "first")]

    def commit(self, digest: int, override: str) -> None:
        self._did("commit", digest, override)

    def decommission(self, name: str) -> None:
        self._did("decommission", name)

    def commission(self, name: str) -> None:
        self._did("commission", name)

    def score(self, score: int, text: str) -> None:
        self._did("score", score, text)

    def bolus(self, amount_nl: int, duration_ms: int, override: str | None) -> None:
        self._did("bolus", amount_nl, duration_ms, override)

    def patient_bolus(self) -> None:
        self._did("patient_bolus")

    def cancel(self) -> None:
        self._did("cancel")

    def log_read(self, ring: int, since: int) -> Pairs:
        self._did("log_read", ring, since)
        return [("count", 1), ("last", since + 1), ("entries", "00" * 32)]


def framed(body: str) -> bytes:
    """The line for a body, written independently of the code under test."""
    return b"%s %08x\n" % (body.encode(), crc32(body.encode()))


def reply_of(line: bytes) -> dict[str, Any]:
    """The reply in a whole line; fails on a bad CRC."""
    body, crc = line.rsplit(b" ", 1)
    assert int(crc, 16) == crc32(body), line
    reply: dict[str, Any] = json.loads(body)
    return reply


class Bench:
    """One link, its port, its pump and the time."""

    def __init__(self, pump: Any = None, keys: Any = None) -> None:
        self.port = Port()
        self.pump = Pump() if pump is None else pump
        self.link = Link(self.port, self.pump, keys or OpenKeys())
        self.now_ms = 1000

    def settle(self) -> None:
        """Run passes until nothing comes in and nothing waits to go out."""
        while self.port.incoming or (self.link.wants_write() and self.port.taking):
            self.link.service(self.now_ms)

    def send(self, data: bytes) -> list[dict[str, Any]]:
        """Send bytes; return the replies."""
        self.port.incoming += data
        self.settle()
        out, self.port.outgoing = self.port.outgoing, b""
        return [reply_of(line) for line in out.splitlines()]

    def ask(self, body: str) -> dict[str, Any]:
        """Send one request; return its one reply."""
        (reply,) = self.send(framed(body))
        return reply

    def hello(self) -> dict[str, Any]:
        return self.ask('{"id":1,"cmd":"hello"}')


def bad_lines() -> list[tuple[str, str, bytes]]:
    """Expected refusal, what is wrong, the raw line, for each vector."""
    rows = []
    for row in VECTORS.read_text().splitlines():
        if not row.startswith("#"):
            code, why, line = row.split("\t")
            raw = b"".join(
                part.encode() if i == 0 else bytes([int(part[:2], 16)]) + part[2:].encode()
                for i, part in enumerate(line.split("\\x"))
            )
            rows.append((code, why, raw))
    return rows
