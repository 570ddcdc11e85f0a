"""Fluid path: reservoir -> pump head -> tube and catheter -> tip.

The path is a queue of slugs, so what leaves the tip is what went in a dead volume earlier; what is
in it above that volume swells it and makes its pressure. Fluids of two fills do not mix in it.
Invariant (tested): water filled in = in bag + in path + dispensed + leaked + drained, to the
femtolitre, and so for what is dissolved in it, to the attogram.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from shim.plant.facts import FL_PER_NL, PathFacts
from shim.plant.line import Throttle
from shim.plant.reservoir import Reservoir

_PPM = 1_000_000
WATER, AIR = "water", "air"


class FluidPath:
    """Slugs [kind, volume_fl, mass_ag, batch] from the pump head (left) to the tip (right)."""

    def __init__(self, facts: PathFacts, reservoir: Reservoir) -> None:
        dead_fl = facts.dead_volume_nl * FL_PER_NL
        self.primed_fl = dead_fl if facts.primed else 0
        self.primed_ag = self.primed_fl * reservoir.conc_ug_ml
        kind = WATER if facts.primed else AIR
        self.slugs: deque[list[Any]] = deque([[kind, dead_fl, self.primed_ag, 0]])
        self.out_ag = self.leaked_ag = 0
        self.out_fl = {WATER: 0, AIR: 0}
        self.leaked_fl = {WATER: 0, AIR: 0}
        self.leak_ppm = 0  # fault: this part of the flow is lost before the tip
        self.kinked = False
        self.torn = False  # fault: an open end before the valve
        self.loose = False  # fault: off the pump; what is pumped runs out there
        self.swollen_fl = 0
        self.throttle = Throttle(facts)
        self._swell_max_fl = facts.swell_max_nl * FL_PER_NL
        self._valve_fl = facts.valve_kpa * facts.compliance_nl_kpa * FL_PER_NL
        self._reservoir = reservoir
        self._inflow_fl = 0  # of the swelling, what came since it was last let out
        self._settled_ns = self._pushed_ns = 0

    @property
    def stiff(self) -> bool:
        """True when the pressure may hold the rotor."""
        return self.kinked or self.throttle.clogged

    def pressure_kpa(self) -> float:
        """Gauge pressure behind the pump head."""
        return self.swollen_fl / self.throttle.fl_per_pa / 1000

    def room_fl(self, forward: bool) -> int:
        """What can still be pushed in (or sucked out) behind a kink."""
        return self._swell_max_fl - (self.swollen_fl if forward else -self.swollen_fl)

    def water_fl(self) -> int:
        """Water held by tube and catheter."""
        held_fl: int = sum(slug[1] for slug in self.slugs if slug[0] == WATER)
        return held_fl

    def mass_balance_ag(self) -> int:
        """Mass put in minus mass found anywhere; 0 or this plant lies."""
        bag = self._reservoir
        found: int = bag.mass_ag + bag.drained_ag + sum(slug[2] for slug in self.slugs)
        return bag.filled_ag + self.primed_ag - found - self.out_ag - self.leaked_ag

    def push(self, volume_fl: int, t_ns: int) -> None:
        """The rollers moved volume_fl towards the tip (negative: back to the bag) by t_ns. What is
        told at one instant came evenly since the instant before."""
        if t_ns > self._pushed_ns:
            if self.swollen_fl or self.throttle.resists:
                self._flow(self._pushed_ns)
            self._pushed_ns = t_ns
        if volume_fl < 0:
            self._pull_back(-volume_fl)
            return
        bag = self._reservoir
        bubble_fl = bag.draw_bubble(volume_fl) if bag.bubble_fl else 0
        water_fl, mass_ag = bag.draw(volume_fl - bubble_fl)
        if water_fl == volume_fl and self._passes(water_fl, mass_ag):
            return
        if self.loose:
            self.leaked_fl[WATER] += water_fl
            self.leaked_ag += mass_ag
            return
        if bubble_fl:
            self._insert_left(AIR, bubble_fl)
        self._insert_left(WATER, water_fl, mass_ag, self._reservoir.batch)
        if volume_fl > bubble_fl + water_fl:
            self._insert_left(AIR, volume_fl - bubble_fl - water_fl)
        self.swollen_fl += volume_fl
        self._inflow_fl += volume_fl
        if not self.throttle.resists:
            self._flow(t_ns)

    def _passes(self, water_fl: int, mass_ag: int) -> bool:
        """The usual case: as much of the same leaves at once, as if it had swelled the path; False
        where something is in the way.
        """
        if len(self.slugs) != 1 or self.swollen_fl or self._valve_fl or self.throttle.resists:
            return False
        slug = self.slugs[0]
        kind, held_fl, held_ag, batch = slug
        if kind != WATER or not held_fl or batch != self._reservoir.batch:
            return False
        if self.leak_ppm or self.kinked or self.torn or self.loose:
            return False
        held_ag += mass_ag
        out_ag = held_ag * water_fl // (held_fl + water_fl) if held_ag else 0
        slug[2] = held_ag - out_ag
        self.out_ag += out_ag
        self.out_fl[WATER] += water_fl
        return True

    def settle(self, t_ns: int) -> None:
        """Let out what leaves by t_ns."""
        self._flow(self._pushed_ns)
        if t_ns > self._pushed_ns:
            self._flow(t_ns)

    def _flow(self, t_ns: int) -> None:
        """Up to t_ns; nothing comes through a kink or a shut valve."""
        dt_ns, self._settled_ns = max(0, t_ns - self._settled_ns), max(t_ns, self._settled_ns)
        inflow_fl, self._inflow_fl = self._inflow_fl, 0
        dry = self.slugs and self.slugs[-1][0] == AIR
        surplus_fl = self.swollen_fl - (0 if self.torn or dry else self._valve_fl)
        if self.kinked or surplus_fl <= 0:
            return
        if self.throttle.resists and not self.torn:
            surplus_fl -= self.throttle.left_fl(surplus_fl, inflow_fl, dt_ns, t_ns)
        self._let_out(surplus_fl)

    def kink(self) -> None:
        """Nothing comes through any more."""
        self.kinked = True

    def release(self, t_ns: int) -> None:
        """The kink is gone: a swollen tube lets its surplus out, a flat one sucks air."""
        self.settle(t_ns)
        self.kinked = False
        if self.swollen_fl < 0:
            self._insert_right(AIR, -self.swollen_fl)
            self.swollen_fl = 0
        self.settle(t_ns)

    def loosen(self, on: bool) -> None:
        """The tube comes off the pump (what swells it runs out there) or is pushed on again."""
        self.loose = on
        if on and self.swollen_fl > 0:
            self.slugs.reverse()
            self.leaked_ag += self._take_right(self.swollen_fl, self.leaked_fl)
            self.slugs.reverse()
            self.swollen_fl = 0

    def _let_out(self, leaving_fl: int) -> None:
        self.swollen_fl -= leaving_fl
        leak_ppm = _PPM if self.torn else self.leak_ppm
        if leak_ppm:
            leak_fl = leaving_fl * leak_ppm // _PPM
            self.leaked_ag += self._take_right(leak_fl, self.leaked_fl)
            leaving_fl -= leak_fl
        self.out_ag += self._take_right(leaving_fl, self.out_fl)

    def _take_right(self, volume_fl: int, account: dict[str, int]) -> int:
        """Book what leaves there; returns its mass."""
        mass_ag = 0
        while volume_fl > 0:
            slug = self.slugs[-1]
            kind, held_fl, held_ag, _batch = slug
            part_fl = volume_fl if volume_fl < held_fl else held_fl
            part_ag = held_ag * part_fl // held_fl if held_ag else 0
            account[kind] += part_fl
            mass_ag += part_ag
            slug[1] -= part_fl
            slug[2] -= part_ag
            if part_fl == held_fl:
                self.slugs.pop()
            volume_fl -= part_fl
        return mass_ag

    def _pull_back(self, volume_fl: int) -> None:
        """Backwards: an open tip sucks air; behind a kink or a valve the tube relaxes and then
        flattens."""
        if self.loose:
            return
        if self.kinked or (self._valve_fl and not self.torn):
            self.swollen_fl -= volume_fl
        else:
            self._insert_right(AIR, volume_fl)
        back = {WATER: 0, AIR: 0}
        self.slugs.reverse()
        mass_ag = self._take_right(volume_fl, back)
        self.slugs.reverse()
        self._reservoir.give_back(back[WATER], mass_ag)

    def _insert_left(self, kind: str, volume_fl: int, mass_ag: int = 0, batch: int = 0) -> None:
        slugs = self.slugs
        if volume_fl and slugs and slugs[0][0] == kind and slugs[0][3] == batch:
            slugs[0][1] += volume_fl
            slugs[0][2] += mass_ag
        elif volume_fl:
            slugs.appendleft([kind, volume_fl, mass_ag, batch])

    def _insert_right(self, kind: str, volume_fl: int) -> None:
        self.slugs.reverse()
        self._insert_left(kind, volume_fl)
        self.slugs.reverse()
