"""Pump head and fluid path: reservoir -> rollers -> tube and catheter -> tip.

The path is a queue of slugs of constant total volume, so what leaves the tip is what went in a
dead volume earlier. Invariant (tested): water filled in = in bag + in path + dispensed + leaked
+ drained, to the femtolitre.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from shim.plant.facts import FL_PER_NL, PathFacts
from shim.plant.reservoir import Reservoir
from shim.plant.tube import Tube

_PPM = 1_000_000
WATER, AIR = "water", "air"


class FluidPath:
    """Slugs [kind, volume_fl] from the pump head (left) to the tip (right)."""

    def __init__(self, facts: PathFacts, reservoir: Reservoir) -> None:
        dead_fl = facts.dead_volume_nl * FL_PER_NL
        self.slugs: deque[list[Any]] = deque([[WATER if facts.primed else AIR, dead_fl]])
        self.primed_fl = dead_fl if facts.primed else 0
        self.out_fl = {WATER: 0, AIR: 0}
        self.leaked_fl = {WATER: 0, AIR: 0}
        self.leak_ppm = 0  # fault: this part of the flow is lost before the tip
        self.kinked = False
        self.swollen_fl = 0
        self._swell_max_fl = facts.swell_max_nl * FL_PER_NL
        self._reservoir = reservoir

    def room_fl(self, forward: bool) -> int:
        """What can still be pushed in (or sucked out) behind a kink."""
        return self._swell_max_fl - (self.swollen_fl if forward else -self.swollen_fl)

    def water_fl(self) -> int:
        """Water held by tube and catheter."""
        return sum(volume for kind, volume in self.slugs if kind == WATER)

    def push(self, volume_fl: int) -> None:
        """The rollers moved volume_fl towards the tip (negative: back to the bag)."""
        if volume_fl < 0:
            self._pull_back(-volume_fl)
            return
        water_fl = self._reservoir.draw(volume_fl)
        self._insert_left(WATER, water_fl)
        if water_fl < volume_fl:
            self._insert_left(AIR, volume_fl - water_fl)
        self.swollen_fl += volume_fl
        if not self.kinked:
            self._let_out()

    def release(self) -> None:
        """The kink is gone: a swollen tube lets its surplus out at once, a flat one sucks air."""
        self.kinked = False
        if self.swollen_fl < 0:
            self._insert_right(AIR, -self.swollen_fl)
            self.swollen_fl = 0
        self._let_out()

    def _let_out(self) -> None:
        leaving_fl, self.swollen_fl = self.swollen_fl, 0
        if self.leak_ppm:
            leak_fl = leaving_fl * self.leak_ppm // _PPM
            self._take_right(leak_fl, self.leaked_fl)
            leaving_fl -= leak_fl
        self._take_right(leaving_fl, self.out_fl)

    def _take_right(self, volume_fl: int, account: dict[str, int]) -> None:
        while volume_fl > 0:
            slug = self.slugs[-1]
            kind, held_fl = slug
            part_fl = volume_fl if volume_fl < held_fl else held_fl
            account[kind] += part_fl
            slug[1] -= part_fl
            if part_fl == held_fl:
                self.slugs.pop()
            volume_fl -= part_fl

    def _pull_back(self, volume_fl: int) -> None:
        """Backwards: an open tip sucks air, behind a kink the tube relaxes and then flattens."""
        if self.kinked:
            self.swollen_fl -= volume_fl
        else:
            self._insert_right(AIR, volume_fl)
        back = {WATER: 0, AIR: 0}
        self.slugs.reverse()
        self._take_right(volume_fl, back)
        self.slugs.reverse()
        self._reservoir.give_back(back[WATER])

    def _insert_left(self, kind: str, volume_fl: int) -> None:
        slugs = self.slugs
        if volume_fl and slugs and slugs[0][0] == kind:
            slugs[0][1] += volume_fl
        elif volume_fl:
            slugs.appendleft([kind, volume_fl])

    def _insert_right(self, kind: str, volume_fl: int) -> None:
        self.slugs.reverse()
        self._insert_left(kind, volume_fl)
        self.slugs.reverse()


class PumpHead:
    """The rollers: turns pulses into volume and stops the rotor when a kinked tube is full."""

    def __init__(self, tube: Tube, path: FluidPath) -> None:
        self._tube = tube
        self._path = path
        self.position_steps = 0
        self._pushed_fl = tube.pushed_fl(0)

    def advance(self, steps: int) -> int:
        """Turn by signed pulses; returns how far the pressure let the rotor go."""
        if self._path.kinked:
            sign = 1 if steps >= 0 else -1
            steps = sign * self._allowed(abs(steps), sign)
        before_fl = self._pushed_fl
        self.position_steps += steps
        self._pushed_fl = self._tube.pushed_fl(self.position_steps)
        self._path.push(self._pushed_fl - before_fl)
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
