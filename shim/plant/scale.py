"""Bench scale under the catheter tip."""

from __future__ import annotations

from shim.plant.facts import FL_PER_NL, ScaleFacts
from shim.plant.noise import normal


class Scale:
    """Shows the mass of the water in the cup, as coarse and noisy as a real one."""

    def __init__(self, facts: ScaleFacts, seed: int, noise: float = 1.0) -> None:
        self._facts = facts
        self._seed = seed
        self._noise_mg = facts.noise_mg * noise

    def reading_mg(self, dispensed_fl: int, t_ns: int) -> float:
        """The display at t_ns in mg, rounded to the resolution."""
        facts = self._facts
        mass_mg = dispensed_fl / FL_PER_NL / 1000 * facts.density_mg_per_ul
        mass_mg += self._noise_mg * normal(self._seed, "scale", t_ns)
        return round(mass_mg / facts.resolution_mg) * facts.resolution_mg
