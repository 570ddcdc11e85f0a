"""One life of the processor, from a reset to the next: interrupts, scheduler, waiting.

Device code takes no time except where it waits, touches a peripheral or reads the clock. All
waiting happens here, and the clock is run straight from the waiting device code: the device's
greenlet is left only when the bench's own limit is reached.

Invariant: one interrupt handler at a time, none while masked; what is late runs in due order.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from types import FrameType
from typing import Any

from greenlet import greenlet

from shim.clock import VirtualClock
from shim.errors import Reboot

SCHEDULER_DEPTH = 8
"""Soft callbacks that can wait; rp2 sets MICROPY_SCHEDULER_DEPTH to 8."""

CALL_NS = 2_000
"""Time of one call into a peripheral or of one clock read, so that busy waiting ends.

p.on(); p.off() took 3.1 us on the firmware in the emulator.
"""

FOREVER_NS = 1 << 62

Tracer = Callable[[FrameType, str, Any], Any]


class Cpu:
    """Interrupt state and waiting of one boot. `dead` once a reset or power cut ended it."""

    call_ns = CALL_NS

    def __init__(self, clock: VirtualClock, hub: greenlet) -> None:
        self.clock = clock
        self.hub = hub
        self.dead: str | None = None
        self.limit_ns = 0
        self.watch: Callable[[], bool] | None = None
        self.woken = False
        self.free_ns = 0  # before this instant nothing but an alarm needs wait_event()
        self.masked = 0
        self.in_isr = False
        self.tracer: Tracer | None = None
        self.bench_tracer: Tracer | None = None
        self.report: Callable[[str, BaseException], None] = lambda _title, _error: None
        self.on_death: list[Callable[[], None]] = []
        self._pending: list[tuple[int, int, Callable[[], None]]] = []
        self._order = 0
        self._scheduled: deque[tuple[Callable[[Any], Any], Any]] = deque()
        self._running_scheduled = False
        self._keyboard_interrupt = False
        self._hang_until_ns = 0

    # ------------------------------------------------------------------ life and death

    def alive(self) -> None:
        """Raise Reboot when this life is over: no peripheral answers a dead program."""
        if self.dead is not None:
            raise Reboot(self.dead)

    def kill(self, kind: str) -> None:
        """End this life; what was waiting for it never runs."""
        if self.dead is None:
            self.dead = kind
            self.free_ns = 0
            self._pending.clear()
            self._scheduled.clear()
            for undo in self.on_death:
                undo()

    # ------------------------------------------------------------------ interrupts

    def interrupt(self, due_ns: int, handler: Callable[[], None]) -> None:
        """Run an interrupt handler now, or as soon as nothing holds it up."""
        if self.masked or self.in_isr or self.dead is not None:
            self._hold_up(due_ns, handler)
            return
        self.in_isr = True
        try:
            handler()
            while self._pending and not self.masked and self.dead is None:
                heappop(self._pending)[2]()
        finally:
            self.in_isr = False
        self.woken = True

    def _hold_up(self, due_ns: int, handler: Callable[[], None]) -> None:
        if self.dead is None:
            self._order += 1
            heappush(self._pending, (due_ns, self._order, handler))

    def wake(self) -> None:
        """Something came: whoever waits looks again, and the next call looks before it passes."""
        self.woken = True
        self.free_ns = 0

    def _run_pending(self) -> None:
        if self._pending and self.dead is None:
            due_ns, _, handler = heappop(self._pending)
            self.interrupt(due_ns, handler)

    def mask(self) -> None:
        """Hold interrupts up (nests)."""
        self.masked += 1

    def unmask(self) -> None:
        """Let interrupts in again; the late ones run now, back to back."""
        if self.masked:
            self.masked -= 1
        if not self.masked and not self.in_isr:
            self._run_pending()

    def guarded(self, title: str, handler: Callable[[Any], Any], arg: Any) -> bool:
        """Call device code from an interrupt; print what it raises and return False then."""
        try:
            handler(arg)
        except Exception as error:
            self.report(title, error)
            return False
        return True

    # ------------------------------------------------------------------ scheduler

    def schedule(self, handler: Callable[[Any], Any], arg: Any) -> bool:
        """Queue a soft callback; False when eight wait already and this one is lost."""
        if len(self._scheduled) >= SCHEDULER_DEPTH:
            return False
        self._scheduled.append((handler, arg))
        self.wake()
        return True

    def interrupt_from_keyboard(self) -> None:
        """Ctrl-C arrived: KeyboardInterrupt at the next place where the program waits."""
        self._keyboard_interrupt = True
        self.wake()

    def _between_opcodes(self) -> None:
        """What MicroPython does between opcodes of the main program."""
        if self.in_isr or self.masked:
            return
        if self._keyboard_interrupt:
            self._keyboard_interrupt = False
            raise KeyboardInterrupt
        if self._scheduled and not self._running_scheduled:
            self._running_scheduled = True
            try:
                for _ in range(len(self._scheduled)):
                    handler, arg = self._scheduled.popleft()
                    self.guarded("", handler, arg)
            finally:
                self._running_scheduled = False

    # ------------------------------------------------------------------ waiting

    def spend(self, dt_ns: int = CALL_NS) -> None:
        """Let the time of one peripheral call pass."""
        clock = self.clock
        t_ns = clock.now_ns + dt_ns
        if t_ns < clock.first_ns and t_ns < self.free_ns:
            clock.now_ns = t_ns
        else:
            self.sleep_until(t_ns)

    def sleep_until(self, t_ns: int) -> None:
        """Wait for t_ns; interrupts and soft callbacks run meanwhile."""
        clock = self.clock
        while True:
            self.wait_event(t_ns)
            if clock.now_ns >= t_ns:
                return

    def stall(self, dt_ns: int) -> None:
        """Wait with interrupts masked, as during a flash erase."""
        self.mask()
        try:
            self.sleep_until(self.clock.now_ns + dt_ns)
        finally:
            self.unmask()

    def hang(self, until_ns: int) -> None:
        """Fault: the main program stands still until then; interrupts go on."""
        self._hang_until_ns = until_ns
        self.wake()

    def wait_event(self, t_ns: int) -> None:
        """Wait for t_ns, an interrupt, a soft callback or input, whichever is first."""
        if not self.free_ns:
            self._see_to_what_came()
        self.woken = False
        if t_ns < self.free_ns and not self.in_isr:
            while self.clock.step_until(t_ns) and not self.woken:
                pass
        else:
            self._advance(t_ns)
        if not self.free_ns:
            self._look_around()

    def _look_around(self) -> None:
        """After something came: what is left to be seen to before time may pass freely again."""
        self.alive()
        if self._scheduled or self._keyboard_interrupt:
            self._between_opcodes()
        elif self.watch is None and not self._hang_until_ns and not self.in_isr:
            self.free_ns = self.limit_ns

    def _see_to_what_came(self) -> None:
        self.alive()
        if self._hang_until_ns and not self.in_isr:
            self._advance(self._hang_until_ns, wakeable=False)
            self._hang_until_ns = 0
        if self._scheduled or self._keyboard_interrupt:
            self._between_opcodes()

    def _advance(self, t_ns: int, wakeable: bool = True) -> None:
        clock = self.clock
        if self.in_isr:
            clock.run_until(t_ns)
            self.alive()
            return
        while True:
            if self.watch is not None and self.watch():
                self._to_bench()
                if self.woken and wakeable:
                    return  # the bench sent or pressed something before it let time go on
            fired = clock.step_until(self.limit_ns if self.limit_ns < t_ns else t_ns)
            if self.dead is not None:
                raise Reboot(self.dead)
            if fired:
                if self.woken and wakeable:
                    return
                continue
            if clock.now_ns >= self.limit_ns:
                self._to_bench()
            if clock.now_ns >= t_ns or self.woken and wakeable:
                return

    def _to_bench(self) -> None:
        """Hand control to the bench; it comes back with a later limit."""
        if self.tracer is not None:
            sys.settrace(self.bench_tracer)
        self.hub.switch()
        if self.tracer is not None:
            sys.settrace(self.tracer)
        self.free_ns = 0  # it may have set another limit or watch
        self.alive()
