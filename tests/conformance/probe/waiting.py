# ruff: noqa: I001
# mypy: ignore-errors
"""The one waiting place: select.poll over stdin and a flag that an interrupt sets."""

import io
import select
import sys
import time
from machine import Timer

from report import outcome, say


class Wake(io.IOBase):
    """Readable once an interrupt has set the flag."""

    def __init__(self):
        self.flag = 0
        self.asked = 0

    def wake_isr(self, _timer):
        self.flag = 1

    def ioctl(self, request, argument):
        self.asked = request
        return argument & select.POLLIN if self.flag else 0


def wakes():
    """A hard timer ends a long poll; without it the time-out does."""
    wake = Wake()
    poll = select.poll()
    say("poll.register", outcome(poll.register, wake, select.POLLIN))
    poll.register(sys.stdin, select.POLLIN)
    start = time.ticks_ms()
    say("poll.timeout", poll.poll(30))
    say("poll.timeout_ms", time.ticks_diff(time.ticks_ms(), start) // 5)
    timer = Timer(period=100, mode=Timer.ONE_SHOT, callback=wake.wake_isr, hard=True)
    start = time.ticks_ms()
    ready = poll.poll(2000)
    say("poll.woken_ms", time.ticks_diff(time.ticks_ms(), start) // 5)
    say("poll.ready", (len(ready), ready[0][0] is wake, ready[0][1]))
    say("poll.asked", wake.asked)
    timer.deinit()
    wake.flag = 0
    say("poll.unregister", outcome(poll.unregister, wake))
    say("poll.unregister_twice", outcome(poll.unregister, wake))
    say("poll.modify_unknown", outcome(poll.modify, wake, select.POLLIN))


def ipoll():
    """The allocation-free form."""
    wake = Wake()
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    say("ipoll.nothing", [event for _, event in poll.ipoll(5)])
    wake.flag = 1
    say("ipoll.ready", [event for _, event in poll.ipoll(5)])
    say("ipoll.at_once", [event for _, event in poll.ipoll(0)])


def output():
    """stdout takes bytes at once when the host reads."""
    poll = select.poll()
    poll.register(sys.stdout, select.POLLOUT)
    say("poll.stdout", [event for _, event in poll.poll(10)])
    say("stdout.write", outcome(sys.stdout.write, "abc\n"))
    say("stdout.buffer_write", outcome(sys.stdout.buffer.write, b"abc\n"))


def input_bytes():
    """The bench sends 5 bytes 50 ms from now: poll sees them, read(1) takes them."""
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    say("stdin.event", [event for _, event in poll.poll(500)])
    time.sleep_ms(20)
    taken = []
    while poll.poll(0):
        taken.append(sys.stdin.buffer.read(1)[0])
    say("stdin.bytes", taken)
    say("stdin.empty", poll.poll(10))
    say("poll.wrong", outcome(poll.register, 5, select.POLLIN))
