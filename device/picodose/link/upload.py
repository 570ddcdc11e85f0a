"""A prescription that comes in numbered parts, into one buffer made at boot.

Part 0 starts anew; the last part also brings the total length and CRC-32. Thirty seconds
without a part, a wrong number or a STOP discard what was there: nothing half sent ever counts.
"""

from binascii import crc32

from micropython import const

from picodose import codes
from picodose.link.commands import UPLOAD_MAX

_PATIENCE_MS = const(30_000)


class Upload:
    """Collects parts; `length` is the number of bytes held."""

    def __init__(self) -> None:
        self._buffer = bytearray(UPLOAD_MAX)
        self._next = 0
        self._last_ms = 0
        self.length = 0

    def discard(self) -> None:
        """Forget every part."""
        self._next = self.length = 0

    def deadline_ms(self) -> "int | None":
        """Return the instant at which a started upload is discarded, None without one."""
        return self._last_ms + _PATIENCE_MS if self._next else None

    def part(
        self, now_ms: int, number: int, data: str, length: "int | None", crc: "str | None"
    ) -> "bytes | None":
        """Add a part; return the whole as bytes after the last one, else None.

        Raises Refused (LINK_PART, LINK_LONG, LINK_DIGEST); nothing of the upload is left then.
        """
        if number == 0:
            self.discard()
        expected = self._next
        start, end = self.length, self.length + len(data)
        self.discard()
        if number != expected:
            raise _refused(codes.LINK_PART, "part", number, expected)
        if end > UPLOAD_MAX:
            raise _refused(codes.LINK_LONG, "length", end, UPLOAD_MAX)
        self._buffer[start:end] = data.encode()
        if length is not None or crc is not None:
            return self._whole(end, length, crc)
        self._next, self._last_ms, self.length = number + 1, now_ms, end
        return None

    def _whole(self, end: int, length: "int | None", crc: "str | None") -> bytes:
        raw = bytes(memoryview(self._buffer)[:end])
        found = "%08x" % crc32(raw)
        if length != end:
            raise _refused(codes.LINK_DIGEST, "length", length, end)
        if crc != found:
            raise _refused(codes.LINK_DIGEST, "crc", crc, found)
        return raw


def _refused(code: int, name: str, value: object, limit: object) -> codes.Refused:
    return codes.Refused(code, name, value, limit, "send it all again from part 0")
