"""Keeps the time of a simulated world in step with real time, or lets it run as fast as it goes.

A world slower than was asked is not hurried afterwards: what it fell behind is let go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from host_tools.console.realtime import RealTime

SLICE_MS = 1_000.0
"""Virtual time between two looks at the clock and at the bell: 1 ms of real time for a pump that
works hard.
"""
PORTION_S = 0.05
"""Real time of one portion: a request waits no longer."""
_LEAST_MS = 0.01  # whole nanoseconds: a span that rounds to none would never pass
_OVER_S = 2.0
_MS = 1_000_000


class Pace:
    """run_for(ms) lets the world's time pass, now_ns() tells it; hurried(): leave off at once."""

    def __init__(
        self,
        run_for: Callable[[float], None],
        now_ns: Callable[[], int],
        clock: RealTime,
        hurried: Callable[[], bool],
    ) -> None:
        self._run_for, self._now_ns = run_for, now_ns
        self._clock, self._hurried = clock, hurried
        self.speed = 1.0
        self._from: tuple[float, int] = (clock.now_s(), now_ns())
        self._marks: deque[tuple[float, int]] = deque([self._from])

    def set_speed(self, speed_factor: float) -> None:
        """Virtual seconds a real second from now on; math.inf: as fast as it goes."""
        self.speed = speed_factor
        self._from = (self._clock.now_s(), self._now_ns())
        self._marks = deque([self._from])

    def portion(self) -> bool:
        """Let the world run for at most PORTION_S of real time; True: it has caught up."""
        begun_s = self._clock.now_s()
        wanted_ns = self._wanted_ns(begun_s)
        while not self._hurried():
            left_ms = (wanted_ns - self._now_ns()) / _MS
            if left_ms < _LEAST_MS:
                return True
            self._run_for(min(left_ms, SLICE_MS))
            if self._clock.now_s() >= begun_s + PORTION_S:
                break
        if self._now_ns() < wanted_ns:
            self._from = (self._clock.now_s(), self._now_ns())
        return False

    def reached(self) -> float:
        """Virtual seconds a real second over the last 2 s."""
        now = (self._clock.now_s(), self._now_ns())
        self._marks.append(now)
        while len(self._marks) > 2 and now[0] - self._marks[1][0] >= _OVER_S:
            self._marks.popleft()
        real_s = now[0] - self._marks[0][0]
        return (now[1] - self._marks[0][1]) / 1e9 / real_s if real_s > 0 else 0.0

    def _wanted_ns(self, real_s: float) -> float:
        """Where the world should be at this instant of real time."""
        begun_s, begun_ns = self._from
        return begun_ns + (real_s - begun_s) * self.speed * 1e9 if real_s > begun_s else begun_ns
