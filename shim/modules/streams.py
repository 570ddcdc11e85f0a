"""The serial port as MicroPython's sys.stdin and sys.stdout, and select.poll over streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from shim.clock import NS_PER_MS
from shim.cpu import FOREVER_NS
from shim.modules.context import Pico

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16
STREAM_POLL = 3
"""MP_STREAM_POLL, the ioctl request that asks for readiness."""


class RawStream:
    """sys.stdin.buffer and sys.stdout.buffer: bytes, as they are."""

    def __init__(self, pico: Pico) -> None:
        self._pico = pico
        self._usb = pico.usb

    def ioctl(self, request: int, flags: int) -> int:
        """Which of the flags are ready."""
        if request != STREAM_POLL:
            return -1
        if flags == POLLIN:
            return POLLIN if self._usb.ring else 0
        if flags & POLLOUT and self._usb.writable():
            return flags & POLLIN | POLLOUT if self._usb.ring else POLLOUT
        return flags & POLLIN if self._usb.ring else 0

    def read(self, size: int = -1) -> bytes:
        """`size` bytes; waits for them."""
        if size < 0:
            raise OSError(22, "reading to the end of the serial port never returns")
        data = bytearray()
        while len(data) < size:
            data += self._some(size - len(data))
        return bytes(data)

    def readinto(self, buffer: Any, size: int | None = None) -> int:
        """Fill a buffer; waits for all of it."""
        count = len(buffer) if size is None else size
        buffer[:count] = self.read(count)
        return count

    def readline(self, size: int = -1) -> bytes:
        """Bytes up to and including a newline; waits for it."""
        line = bytearray()
        while len(line) != size and not line.endswith(b"\n"):
            line += self._some(1)
        return bytes(line)

    def _some(self, size: int) -> bytes:
        cpu = self._pico.cpu
        cpu.spend()
        while not self._pico.usb.readable():
            cpu.wait_event(FOREVER_NS)
        return self._pico.usb.read(size)

    def write(self, data: Any, size: int | None = None) -> int:
        """Write bytes as they are; the number that left."""
        self._pico.cpu.spend()
        out = bytes(data) if size is None else bytes(data[:size])
        return self._pico.usb.write(out, self._pico.cpu)

    def flush(self) -> None:
        """Nothing is held back."""


class TextStream(RawStream):
    """sys.stdin and sys.stdout: text; a newline goes out as CR LF."""

    def __init__(self, pico: Pico) -> None:
        super().__init__(pico)
        self.buffer = RawStream(pico)

    def read(self, size: int = -1) -> Any:
        """`size` characters; waits for them."""
        return super().read(size).decode()

    def readline(self, size: int = -1) -> Any:
        """A line of text; waits for it."""
        return super().readline(size).decode()

    def write(self, text: Any, size: int | None = None) -> int:
        """Write text or bytes; the number of bytes before CRs were added."""
        data = text.encode() if isinstance(text, str) else bytes(text)
        super().write(data.replace(b"\n", b"\r\n"))
        return len(data)


class Poll:
    """select.poll: streams and any object with ioctl(3, flags)."""

    def __init__(self, pico: Pico) -> None:
        self._cpu = pico.cpu
        self._clock = pico.clock
        self._input = pico.usb.ring
        self._entries: dict[int, tuple[Any, int]] = {}
        self._asks: list[tuple[Any, Callable[[], int], int]] = []

    def register(self, stream: Any, eventmask: int = POLLIN | POLLOUT) -> None:
        """Watch a stream."""
        if not hasattr(stream, "ioctl"):
            raise OSError(22, "stream operation not supported")
        self._entries[id(stream)] = stream, eventmask
        self._prepare()

    def unregister(self, stream: Any) -> None:
        """Stop watching."""
        self._entries.pop(id(stream), None)
        self._prepare()

    def _prepare(self) -> None:
        """What every look asks of each, made once: (stream, question, its events, 0: told)."""
        self._asks = [
            (stream, self._input.__len__, POLLIN)
            if type(stream) in (RawStream, TextStream) and eventmask == POLLIN
            else (stream, partial(stream.ioctl, STREAM_POLL, eventmask), 0)
            for stream, eventmask in self._entries.values()
        ]

    def modify(self, stream: Any, eventmask: int) -> None:
        """Watch for other events; OSError(2) for a stream that is not watched."""
        if id(stream) not in self._entries:
            raise OSError(2, "ENOENT")
        self.register(stream, eventmask)

    def poll(self, timeout: int = -1) -> list[tuple[Any, int]]:
        """Wait at most `timeout` ms (for ever if negative) until something is ready."""
        clock, wait_event = self._clock, self._cpu.wait_event
        self._cpu.spend()
        end_ns = FOREVER_NS if timeout < 0 else clock.now_ns + int(timeout * NS_PER_MS)
        ready: list[tuple[Any, int]] = []
        asks = self._asks
        while True:
            for stream, ask, events in asks:
                if told := ask():
                    ready.append((stream, events or told))
            if ready or clock.now_ns >= end_ns:
                return ready
            wait_event(end_ns)

    def ipoll(self, timeout: int = -1, flags: int = 0) -> Iterator[tuple[Any, int]]:
        """As poll(); flags bit 0 unwatches what is reported."""
        for stream, events in self.poll(timeout):
            if flags & 1:
                self.modify(stream, 0)
            yield stream, events


def make_select(pico: Pico) -> dict[str, Any]:
    """The names of `select` for this boot, but select() itself."""
    return {
        "POLLIN": POLLIN,
        "POLLOUT": POLLOUT,
        "POLLERR": POLLERR,
        "POLLHUP": POLLHUP,
        "poll": lambda: Poll(pico),
    }
