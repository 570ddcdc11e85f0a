"""One virtual clock in integer nanoseconds; it and nothing else advances every peripheral.

Invariant: time never goes back, and alarms fire in (instant, order of registration).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

NS_PER_US = 1_000
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
NEVER_NS = 1 << 63


class Alarm:
    """A call booked for one instant; `cancel()` un-books it."""

    __slots__ = ("fn",)

    def __init__(self, fn: Callable[[], None]) -> None:
        self.fn: Callable[[], None] | None = fn

    def cancel(self) -> None:
        """Un-book the call; harmless after it fired."""
        self.fn = None

    @property
    def pending(self) -> bool:
        """True until the alarm fired or was cancelled."""
        return self.fn is not None


class VirtualClock:
    """Virtual time. `now_ns` starts at 0; read it freely, move it with the methods only."""

    __slots__ = ("_heap", "_order", "first_ns", "now_ns")

    def __init__(self) -> None:
        self.now_ns = 0
        self.first_ns = NEVER_NS  # the earliest entry of the heap, cancelled ones included
        self._heap: list[tuple[int, int, Alarm]] = []
        self._order = 0

    def at(self, t_ns: int, fn: Callable[[], None]) -> Alarm:
        """Book `fn` for the absolute instant t_ns; raises ValueError if that is in the past."""
        if t_ns < self.now_ns:
            raise ValueError(f"instant {t_ns} ns is before now, {self.now_ns} ns")
        alarm = Alarm(fn)
        self.again(alarm, t_ns, fn)
        return alarm

    def again(self, alarm: Alarm, t_ns: int, fn: Callable[[], None]) -> None:
        """Book an alarm that has fired once more; t_ns must not lie in the past."""
        alarm.fn = fn
        self._order = order = self._order + 1
        heappush(self._heap, (t_ns, order, alarm))
        if t_ns < self.first_ns:
            self.first_ns = t_ns

    def after(self, dt_ns: int, fn: Callable[[], None]) -> Alarm:
        """Book `fn` a span of dt_ns from now; raises ValueError for a negative span."""
        return self.at(self.now_ns + dt_ns, fn)

    def next_ns(self) -> int | None:
        """The instant of the next alarm, or None when nothing is booked."""
        heap = self._heap
        while heap and heap[0][2].fn is None:
            heappop(heap)
        self.first_ns = heap[0][0] if heap else NEVER_NS
        return heap[0][0] if heap else None

    def run_until(self, t_ns: int) -> None:
        """Fire everything due up to and including t_ns, then leave now_ns there."""
        while self.step_until(t_ns):
            pass

    def step(self) -> bool:
        """Move to the next alarm and fire it; False when nothing is booked."""
        t_ns = self.next_ns()
        return t_ns is not None and self.step_until(t_ns)

    def step_until(self, t_ns: int) -> bool:
        """Fire the one next alarm due up to t_ns, or move to t_ns and return False.

        An alarm's call may itself move the clock (an interrupt handler that waits); what became
        due meanwhile fires late but in order.
        """
        while self.first_ns <= t_ns:
            heap = self._heap
            due_ns, _, alarm = heappop(heap)
            self.first_ns = heap[0][0] if heap else NEVER_NS
            fn = alarm.fn
            if fn is None:
                continue
            alarm.fn = None
            if due_ns > self.now_ns:
                self.now_ns = due_ns
            fn()
            return True
        if t_ns > self.now_ns:
            self.now_ns = t_ns
        return False
