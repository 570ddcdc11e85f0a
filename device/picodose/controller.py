"""The one loop: runs each part when it is due, feeds the watchdog, waits in one place (design 3).

A part has `due_ms` and run(now_ms), which moves due_ms on. No part polls on a short fixed period.
"""

from micropython import const

_SPAN_MAX_MS = const(4000)  # half the watchdog time
_FEED_LATE_MS = const(2000)  # a part that is due for longer is not alive
_NEVER_MS = const(1 << 60)


class LinkPart:
    """The serial link as a loop part: due when bytes wait, or at its own deadline."""

    def __init__(self, link):
        self._link = link
        self.due_ms = 0

    def run(self, now_ms: int) -> None:
        """Read a little, act, write a little."""
        due_ms = self._link.service(now_ms)
        self.due_ms = _NEVER_MS if due_ms is None else due_ms

    def wants_write(self) -> bool:
        """True while output is pending."""
        return self._link.wants_write()


class Controller:
    """wired: the pump's parts (assembly.py); usb: hal port; link: LinkPart; pump: the state
    machine; woken: the loop parts that look at once when something came; others: those after them.
    """

    def __init__(self, wired, usb, link, pump, woken, others):
        self._clock = wired.clock
        self._usb = usb
        self._watchdog = wired.watchdog
        self._keys = wired.keys
        self._link = link
        self._pump = pump
        self._woken = woken
        self._parts = woken + others

    def listen(self) -> None:
        """From now on Ctrl-C may stop the pump, where no key forbids it."""
        self._keys.console()

    def run(self) -> None:
        """Arm the watchdog and loop for ever; only an exception (Ctrl-C included) leaves it."""
        self._watchdog.start()
        while True:
            self.one_pass()

    def one_pass(self) -> None:
        """Run what is due, feed the watchdog if every part kept its time, wait for the next
        instant.
        """
        now_ms = self._clock.now_ms()
        for part in self._parts:
            if part.due_ms <= now_ms:
                part.run(now_ms)
        next_ms = now_ms + _SPAN_MAX_MS
        for part in self._parts:  # asked last: a part that ran may have made another one due
            if part.due_ms < next_ms:
                next_ms = part.due_ms
        if next_ms > now_ms - _FEED_LATE_MS:
            self._watchdog.feed()
        self._wait(next_ms)

    def _wait(self, next_ms: int) -> None:
        span_ms = next_ms - self._clock.now_ms()
        events = self._usb.wait(span_ms if span_ms > 0 else 0, self._link.wants_write())
        if events:
            for part in self._woken:
                part.due_ms = 0

    def shut_down(self, why: str) -> None:
        """Motor off first, then the record. Used on every way out of the loop."""
        self._pump.shut_down(why)
