"""Long data that comes in numbered parts, into one buffer as long as the whole will be.

begin() names its length and CRC-32 beforehand; end() hands it over when it is whole. 30 s
without a part, a wrong number or a discard leave nothing: what is half sent never counts.
"""

from binascii import crc32

from micropython import const

from picodose import codes

_PATIENCE_MS = const(30_000)


class Upload:
    """Collects parts; `length` is the number of bytes held."""

    def __init__(self) -> None:
        self._wanted = (0, "")
        self._last_ms = 0
        self.discard()

    def discard(self) -> None:
        """Forget every part."""
        self._next = -1  # number of the next part; -1: none is expected
        self.length = 0
        self._buffer = bytearray(0)

    def is_open(self, now_ms: int) -> bool:
        """True from begin() until it ends, is broken off, or waits too long for a part."""
        if self._next >= 0 and now_ms - self._last_ms >= _PATIENCE_MS:
            self.discard()
        return self._next >= 0

    def begin(self, now_ms: int, length: int, crc: str) -> None:
        """Start anew; length: bytes of the whole, 2 to UPLOAD_MAX; crc: its CRC-32, 8 hex digits
        in small letters. Raises Refused (LINK_LONG) when the heap has no room for it.
        """
        self.discard()
        try:
            self._buffer = bytearray(length)
        except MemoryError:
            raise _refused(codes.LINK_LONG, "length", length, None)
        self._next = 0
        self._wanted, self._last_ms = (length, crc), now_ms

    def part(self, now_ms: int, number: int, data: str) -> None:
        """Add a part; raises Refused (LINK_PART, LINK_LONG), and nothing is left then."""
        expected = self._next if self.is_open(now_ms) else None
        start, end, buffer = self.length, self.length + len(data), self._buffer
        self.discard()
        if number != expected:
            raise _refused(codes.LINK_PART, "part", number, expected)
        if end > self._wanted[0]:
            raise _refused(codes.LINK_LONG, "length", end, self._wanted[0])
        buffer[start:end] = data.encode()
        self._buffer, self._next, self._last_ms, self.length = buffer, number + 1, now_ms, end

    def end(self, now_ms: int) -> bytes:
        """The whole, which stays held; raises Refused (LINK_PART, LINK_DIGEST), and nothing is
        left then.
        """
        if not self.is_open(now_ms):
            raise _refused(codes.LINK_PART, "part", None, None)
        whole, found = self.whole(), "%08x" % crc32(self.whole())
        length, crc = self._wanted
        self._next = -1
        if len(whole) == length and found == crc:
            return whole
        self.discard()
        if len(whole) != length:
            raise _refused(codes.LINK_DIGEST, "length", len(whole), length)
        raise _refused(codes.LINK_DIGEST, "crc", found, crc)

    def whole(self) -> bytes:
        """What is held."""
        return bytes(memoryview(self._buffer)[: self.length])


def _refused(code: int, name: str, value: object, limit: object) -> codes.Refused:
    return codes.Refused(code, name, value, limit, "send it all again from stage_begin")
