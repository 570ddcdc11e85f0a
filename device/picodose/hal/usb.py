"""USB serial and the one place where the loop waits (design 3).

wait() sleeps until bytes come, an interrupt sets the wake flag, or the next deadline: never a short fixed period.
"""

import io
import select
import sys

from micropython import const, kbd_intr

_POLL_REQUEST = const(3)  # MP_STREAM_POLL


class Wake(io.IOBase):
    """A flag that select.poll sees; set_isr() may be called from any interrupt."""

    def __init__(self):
        self.flag = 0

    def set_isr(self) -> None:
        """Make the loop's wait return at once."""
        self.flag = 1

    def ioctl(self, request: int, argument: int) -> int:
        """Stream protocol: readable while the flag is set."""
        if request == _POLL_REQUEST and self.flag:
            return argument & select.POLLIN
        return 0


class Usb:
    """The board's only serial port, shared with the REPL."""

    def __init__(self, wake: Wake):
        self._wake = wake
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._poll.register(wake, select.POLLIN)
        self._out = select.poll()
        self._out.register(sys.stdout, select.POLLOUT)
        self._stdin = sys.stdin.buffer
        self._stdout = sys.stdout.buffer
        self._byte = bytearray(1)

    def close_repl(self) -> None:
        """Ctrl-C becomes an ordinary byte (a key is enrolled)."""
        kbd_intr(-1)

    def wait(self, span_ms: int) -> bool:
        """Sleep up to span_ms; True when input is waiting. Clears the wake flag."""
        readable = False
        for ready in self._poll.poll(span_ms):
            if ready[0] is not self._wake:
                readable = True
        self._wake.flag = 0
        return readable

    def readable(self) -> bool:
        """True when at least one byte is waiting."""
        return self.wait(0)

    def read_byte(self) -> int:
        """One byte; call it only when readable."""
        self._stdin.readinto(self._byte)
        return self._byte[0]

    def write_ready(self) -> bool:
        """True when the host takes bytes now."""
        return bool(self._out.poll(0))

    def write(self, data) -> int:
        """Send at most 64 bytes; returns how many went."""
        return self._stdout.write(data)
