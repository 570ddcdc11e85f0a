"""The water bag and what is dissolved in it. What the last stroke cannot get out comes as air.

Mass is booked in whole attograms (1 fl of 1 ug/mL is 1 ag); what is left over of a division stays
in the bag.
"""

from __future__ import annotations

from shim.plant.facts import FL_PER_NL, ReservoirFacts


class Reservoir:
    """`volume_fl` in the bag now, `filled_fl` put in over its life, `drained_fl` taken out by
    syringe, and the same of mass. Only a pump stroke and these three change them. `batch` is
    another after each fill: well mixed in the bag, it does not mix in the path."""

    def __init__(self, facts: ReservoirFacts) -> None:
        self.residue_fl = facts.residue_nl * FL_PER_NL
        self.volume_fl = self.filled_fl = facts.filled_nl * FL_PER_NL
        self.drained_fl = self.drained_ag = self.batch = 0
        self.conc_ug_ml = facts.conc_ug_ml
        self.mass_ag = self.filled_ag = self.volume_fl * facts.conc_ug_ml
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

    def draw(self, wanted_fl: int) -> tuple[int, int]:
        """A stroke sucks; returns the water it got, the rest is air, and its mass."""
        left_fl = self.volume_fl - self.residue_fl
        got_fl = wanted_fl if wanted_fl <= left_fl else max(0, left_fl)
        got_ag = self.mass_ag * got_fl // self.volume_fl if self.mass_ag else 0
        self.volume_fl -= got_fl
        self.mass_ag -= got_ag
        return got_fl, got_ag

    def give_back(self, water_fl: int, mass_ag: int) -> None:
        """A backward stroke pushes water into the bag."""
        self.volume_fl += water_fl
        self.mass_ag += mass_ag

    def drain(self) -> int:
        """Empty the bag with a syringe, residue too; returns the volume found in it."""
        found_fl, self.volume_fl = self.volume_fl, 0
        self.drained_fl += found_fl
        self.drained_ag, self.mass_ag = self.drained_ag + self.mass_ag, 0
        return found_fl

    def fill(self, water_nl: int, conc_ug_ml: int = 0) -> None:
        """Put water of this concentration in."""
        new_fl = water_nl * FL_PER_NL
        self.volume_fl += new_fl
        self.filled_fl += new_fl
        self.mass_ag += new_fl * conc_ug_ml
        self.filled_ag += new_fl * conc_ug_ml
        self.batch += 1
