"""The pump head: rollers that turn pulses into volume, and what holds them."""

from __future__ import annotations

from collections.abc import Callable

from shim.plant.catheter import FluidPath
from shim.plant.tube import Tube


class PumpHead:
    """Turns pulses into volume; stops the rotor when the line is full or a magnet holds it.

    now: the board's time, at which what is told has come to pass; moved: called after each turn,
    where somebody looks at it.
    """

    def __init__(
        self,
        tube: Tube,
        path: FluidPath,
        now: Callable[[], int],
        moved: Callable[[], None] | None,
    ) -> None:
        self._tube = tube
        self._path = path
        self.position_steps = 0
        self.held_until_ns = 0  # fault: a strong magnetic field holds the rotor until then
        self._now = now
        self._moved = moved
        self._pushed_fl = tube.pushed_fl(0)

    def advance(self, steps: int) -> int:
        """Turn by signed pulses; returns how far the load let the rotor go."""
        t_ns = self._now()
        if t_ns < self.held_until_ns:
            return 0
        if self._path.stiff:
            sign = 1 if steps >= 0 else -1
            steps = sign * self._allowed(abs(steps), sign)
        before_fl = self._pushed_fl
        self.position_steps += steps
        self._pushed_fl = self._tube.pushed_fl(self.position_steps)
        self._path.push(self._pushed_fl - before_fl, t_ns)
        if self._moved:
            self._moved()
        return steps

    def _allowed(self, count: int, sign: int) -> int:
        room_fl = self._path.room_fl(sign > 0)
        before_fl = self._pushed_fl
        low, high = 0, count
        while low < high:  # largest turn whose volume still fits
            middle = (low + high + 1) // 2
            after_fl = self._tube.pushed_fl(self.position_steps + sign * middle)
            if sign * (after_fl - before_fl) <= room_fl:
                low = middle
            else:
                high = middle - 1
        return low
