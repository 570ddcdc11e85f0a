"""The water bag. What the last stroke cannot get out of it comes as air."""

from __future__ import annotations

from shim.plant.facts import FL_PER_NL, ReservoirFacts


class Reservoir:
    """`volume_fl` in the bag now, `filled_fl` put in over its life, `drained_fl` taken out by
    syringe. Only a pump stroke and these three change the volume."""

    def __init__(self, facts: ReservoirFacts) -> None:
        self.residue_fl = facts.residue_nl * FL_PER_NL
        self.volume_fl = self.filled_fl = facts.filled_nl * FL_PER_NL
        self.drained_fl = 0
        self.bubble_fl = 0  # fault: air that comes before any more water

    @property
    def empty(self) -> bool:
        """True when a stroke would draw air."""
        return self.volume_fl <= self.residue_fl

    def draw_bubble(self, wanted_fl: int) -> int:
        """A stroke sucks; returns the air of a bubble that it gets before any water."""
        air_fl = min(wanted_fl, self.bubble_fl)
        self.bubble_fl -= air_fl
        return air_fl

    def draw(self, wanted_fl: int) -> int:
        """A stroke sucks; returns the water it got, the rest of the stroke is air."""
        left_fl = self.volume_fl - self.residue_fl
        got_fl = wanted_fl if wanted_fl <= left_fl else max(0, left_fl)
        self.volume_fl -= got_fl
        return got_fl

    def give_back(self, water_fl: int) -> None:
        """A backward stroke pushes water into the bag."""
        self.volume_fl += water_fl

    def drain(self) -> int:
        """Empty the bag with a syringe, residue too; returns the volume found in it."""
        found_fl, self.volume_fl = self.volume_fl, 0
        self.drained_fl += found_fl
        return found_fl

    def fill(self, water_nl: int) -> None:
        """Put water in."""
        self.volume_fl += water_nl * FL_PER_NL
        self.filled_fl += water_nl * FL_PER_NL
