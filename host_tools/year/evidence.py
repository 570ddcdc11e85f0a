"""What was seen during the year, by the host, by the bench and by a counter at the STEP pin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from host_tools.book.entries import Entry
from host_tools.year.program import Program
from host_tools.year.scenario import Scenario


@dataclass(frozen=True)
class Sample:
    """The plant at one instant; mass_ug: what left the catheter's tip."""

    t_s: float
    dispensed_nl: float
    mass_ug: float
    battery_mv: float
    reservoir_nl: float
    motor_on: bool


@dataclass(frozen=True)
class Stretch:
    """The pump ran a program from t0 to t1; wall_s: its clock, or a good one while it does not
    know the time, minus `t`.
    """

    t0_s: float
    t1_s: float
    program: Program
    wall_s: float
    known: bool

    def basal_nl(self) -> Fraction:
        """What it ordered without boluses; without a clock the night's rate."""
        if not self.known:
            span_s = Fraction(self.t1_s) - Fraction(self.t0_s)
            return self.program.night_nl_h * span_s / 3_600
        return self.program.basal_nl(*self._wall())

    def mornings(self) -> int:
        """Morning boluses that fell due; without a clock they are missed."""
        return self.program.mornings(*self._wall())

    def _wall(self) -> tuple[Fraction, Fraction]:
        shift_s = Fraction(self.wall_s)
        return Fraction(self.t0_s) + shift_s, Fraction(self.t1_s) + shift_s


@dataclass(frozen=True)
class Refill:
    """What a syringe found in the reservoir and put in, and what the pump answered."""

    t_s: float
    found_nl: int
    filled_nl: int
    conc_ug_ml: int
    reply: dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """One year."""

    scenario: Scenario
    nl_per_step: Fraction
    samples: Sequence[Sample]
    stretches: Sequence[Stretch]
    programs: Sequence[tuple[float, Program]]  # in force since
    refills: Sequence[Refill]
    history: Sequence[dict[str, Any]]  # the pump's own refill log, oldest first
    entries: Sequence[Entry]  # all of its journal, pulled at every visit
    status: dict[str, Any]  # of the stopped pump, at the end
    edges: int  # rising at the STEP pin
    moved: int  # steps of the rotor
    lost: int  # edges that did not turn it
    boots: int
    balance_fl: int
    balance_ag: int

    def nl(self, steps: int) -> float:
        """Steps as volume."""
        return float(steps * self.nl_per_step)

    def at(self, entry: Entry) -> float | None:
        """When an entry was written, by its wall time; None where the pump did not know it."""
        return None if entry.wall_s is None else float(entry.wall_s - self.scenario.wall_s(0))
