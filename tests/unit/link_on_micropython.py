"""Run by MicroPython: give each line of standard input (hex) to a link, print what came of it.

For each line: the names of the refusals, then the calls that reached the pump. A line that begins
with "rx" is a prescription instead, and is parsed.
"""

import binascii
import sys

sys.path.insert(0, "device")

TYPE_CHECKING = False
if TYPE_CHECKING:  # MicroPython has no such module
    from collections.abc import Callable

from picodose import codes  # noqa: E402
from picodose.link.service import Link  # noqa: E402
from picodose.link.upload import Upload  # noqa: E402
from picodose.therapy import prescription  # noqa: E402
from picodose.therapy.limits import Limits  # noqa: E402
from profiles import therapy_step as profile  # noqa: E402

LIMITS = Limits(
    profile.RATE_MIN_NL_H,
    profile.RATE_MAX_NL_H,
    profile.BOLUS_MAX_NL,
    profile.BOLUS_RATE_MAX_NL_H,
    profile.CAPS,
)
# those that the vectors of prescriptions were written for
RX_CAPS = ((3_600_000, 60_000, 1_500_000), (86_400_000, 1_800_000, 20_000_000))
RX_LIMITS = Limits(250, 1_000_000, 500_000, 1_000_000, RX_CAPS)


class Port:
    """Bytes in and out; the host always reads."""

    def __init__(self) -> None:
        self.incoming = b""
        self.outgoing = b""

    def read_into(self, buffer: bytearray) -> int:
        chunk = self.incoming[: len(buffer)]
        self.incoming = self.incoming[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def write_ready(self) -> bool:
        return True

    def write(self, view: memoryview) -> int:
        self.outgoing += bytes(view)
        return len(view)


class OpenKeys:
    """Bench mode."""

    def permit(self, *_request: object) -> int:
        return 0

    def greet(self, _now_ms: int) -> str:
        return ""


class Pump:
    """Checks a prescription as the pump does, and notes every call."""

    def __init__(self) -> None:
        self.calls: "list[str]" = []
        self.upload = Upload()

    def __getattr__(self, name: str) -> "Callable[..., list[str]]":
        def method(*_values: object) -> "list[str]":
            self.calls.append(name)
            return []

        return method

    def heard(self, _now_ms: int) -> None:
        """Every valid line is told of."""

    def order(self, path: str, values: "list[object]") -> "object":
        return getattr(self, path.split(".")[-1])(*values)

    def last_id(self) -> int:
        return 0

    def remember(self, _request_id: int, _crc: int, _key: int) -> None:
        """Nothing here outlives anything."""

    def stage_begin(self, _kind: str, length: int, crc: str) -> None:
        self.upload.begin(0, length, crc)

    def stage_part(self, part: int, data: str) -> None:
        self.upload.part(0, part, data)

    def stage_end(self) -> None:
        prescription.parse(self.upload.end(0), LIMITS)
        self.calls.append("stage_end")

    def commit(self, _digest: int, _override: str) -> None:
        raise codes.Refused(codes.NOT_STAGED, "commit")


def code_names(replies: bytes) -> "list[str]":
    """Names of the refusals in the replies."""
    names = []
    for reply in replies.split(b"\n"):
        at = reply.find(b'"code":')
        if at >= 0:
            names.append(codes.name_of(int(reply[at + 7 :].split(b",")[0])))
    return names


def parsed(raw: bytes) -> str:
    """What a prescription is refused for, or ok."""
    try:
        prescription.parse(raw, RX_LIMITS)
    except codes.Refused as refused:
        return str(codes.name_of(refused.code))
    return "ok"


def run(link: Link, port: Port, data: bytes) -> bytes:
    """Send bytes; return what came back."""
    port.incoming, port.outgoing = data, b""
    while port.incoming or link.wants_write():
        link.service(1)
    return port.outgoing


def main() -> None:
    port, pump = Port(), Pump()
    link = Link(port, pump, OpenKeys())
    hello = b'{"id":1,"cmd":"hello"}'
    run(link, port, hello + b" %08x\n" % binascii.crc32(hello))
    while True:
        line = sys.stdin.readline().strip()
        if not line:
            return
        if line.startswith("rx"):
            print(parsed(binascii.unhexlify(line[2:])))
            continue
        pump.calls = []
        replies = run(link, port, binascii.unhexlify(line))
        print(" ".join(code_names(replies) + pump.calls))


main()
