"""Output: a ring that a host which stops reading can fill, but never make the loop wait.

The port (hal) has three methods, none of which waits:
    read_into(buffer) -> int     bytes taken from the host, 0 if none
    write_ready() -> bool        the host side takes bytes now (POLLOUT)
    write(view) -> int           bytes taken from `view`; called only when ready
"""

from micropython import const

_RING_LEN = const(1024)
_PASS_LEN = const(64)  # one USB packet a pass of the loop
_STALL_MS = const(200)


class Output:
    """Bytes on their way to the port."""

    def __init__(self, port) -> None:
        self._port = port
        self._ring = bytearray(_RING_LEN)
        self._view = memoryview(self._ring)
        self._start = 0
        self._progress_ms = 0
        self.pending = 0

    def room(self) -> int:
        """Return the free bytes of the ring."""
        return _RING_LEN - self.pending

    def put(self, line: bytes, now_ms: int) -> bool:
        """Queue a whole line, or nothing of it when it does not fit (False)."""
        if len(line) > self.room():
            return False
        if self.pending == 0:
            self._progress_ms = now_ms
        at = (self._start + self.pending) % _RING_LEN
        first = min(len(line), _RING_LEN - at)
        self._ring[at : at + first] = line[:first]
        self._ring[: len(line) - first] = line[first:]
        self.pending += len(line)
        return True

    def service(self, now_ms: int) -> bool:
        """Send what one pass may; False when 200 ms passed without progress (all dropped)."""
        if self.pending and self._port.write_ready():
            end = min(self._start + min(self.pending, _PASS_LEN), _RING_LEN)
            sent = self._port.write(self._view[self._start : end]) or 0
            self._start = (self._start + sent) % _RING_LEN
            self.pending -= sent
            if sent:
                self._progress_ms = now_ms
        if self.pending and now_ms - self._progress_ms >= _STALL_MS:
            self.pending = 0
            return False
        return True

    def deadline_ms(self) -> "int | None":
        """Return the instant at which unread output is dropped, None with nothing pending."""
        return self._progress_ms + _STALL_MS if self.pending else None
