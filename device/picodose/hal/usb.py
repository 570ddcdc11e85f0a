"""USB serial and the one place where the loop waits (design 3).

wait() sleeps until bytes come, an interrupt sets the wake flag, or the next deadline: never a
short fixed period.
"""

import io
import select
import sys

from micropython import const, kbd_intr

_POLL_REQUEST = const(3)  # MP_STREAM_POLL
_CTRL_C = const(3)


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
        self._poll = _poll((sys.stdin, select.POLLIN), (wake, select.POLLIN))
        self._both = _poll(
            (sys.stdin, select.POLLIN), (wake, select.POLLIN), (sys.stdout, select.POLLOUT)
        )
        self._input = _poll((sys.stdin, select.POLLIN))
        self._output = _poll((sys.stdout, select.POLLOUT))
        self._stdin = sys.stdin.buffer
        self._stdout = sys.stdout.buffer
        self._byte = bytearray(1)

    def wait(self, span_ms: int, want_write: bool = False) -> bool:
        """Sleep up to span_ms; True when something came: input, the wake flag, or room for output
        if wanted.
        """
        events = (self._both if want_write else self._poll).poll(span_ms)
        self._wake.flag = 0
        return bool(events)

    def read_into(self, buffer) -> int:
        """Take what the host has sent, up to the buffer's length; never waits."""
        count, byte, waits = 0, self._byte, self._input.poll
        take = self._stdin.readinto  # type: ignore  # the stubs lack it
        while count < len(buffer) and waits(0):
            take(byte)
            buffer[count] = byte[0]
            count += 1
        return count

    def write_ready(self) -> bool:
        """True when the host takes bytes now."""
        return bool(self._output.poll(0))

    def write(self, view) -> int:
        """Send at most 64 bytes, call it only when write_ready(); returns how many went."""
        return self._stdout.write(view)


def ctrl_c(allowed: bool) -> None:
    """Whether Ctrl-C interrupts the program."""
    kbd_intr(_CTRL_C if allowed else -1)


def _poll(*streams):
    poll = select.poll()
    for stream, events in streams:
        poll.register(stream, events)
    return poll
