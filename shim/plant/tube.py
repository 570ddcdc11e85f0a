"""Pump tubing: how much the rollers have pushed at a rotor position, pulsation and wear included.
A pure function of position, so that no rounding ever adds up."""

from __future__ import annotations

import math

from shim.plant.facts import FL_PER_NL, TubeFacts
from shim.plant.noise import spread_ppm

_PPM = 1_000_000


class Tube:
    """Volume behind the rollers as a function of rotor position."""

    def __init__(self, facts: TubeFacts, seed: int, sigma_ppm: float) -> None:
        self.deviation_ppm = spread_ppm(seed, "tube", sigma_ppm)
        self._num = facts.nominal_nl * FL_PER_NL * (_PPM + self.deviation_ppm)
        self._den = facts.per_steps * _PPM
        self._ripple_fl = facts.pulsation_nl * FL_PER_NL
        self._ripple_steps = facts.pulsation_steps
        self._turn_steps = facts.per_steps
        self._wear_ppm = facts.wear_ppm_per_turn
        self._wear_max_ppm = facts.wear_max_ppm

    def pushed_fl(self, position_steps: int) -> int:
        """Femtolitres pushed between position 0 and this one; negative behind 0."""
        even = position_steps * self._num // self._den
        if self._wear_ppm:
            even -= self._worn_fl(position_steps, even)
        if not self._ripple_fl:
            return even
        turn = 2 * math.pi * (position_steps % self._ripple_steps) / self._ripple_steps
        return even + round(self._ripple_fl * math.sin(turn))

    def _worn_fl(self, position_steps: int, even_fl: int) -> int:
        """What wear has cost up to here: the area under a line that rises to its maximum."""
        used = position_steps * self._wear_ppm  # ppm of wear, times the steps of a turn
        most = self._wear_max_ppm * self._turn_steps
        if used <= 0:
            return 0
        if used <= most:
            return even_fl * used // (2 * _PPM * self._turn_steps)
        rising_fl = even_fl * most // (2 * used)  # half of what had been pushed at the maximum
        return (even_fl - rising_fl) * self._wear_max_ppm // _PPM
