"""The whole pump with one of its three drives, each on the plant of its own motor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest

from host_tools.link import SimTransport
from shim.plant import Bench, PlantFacts, Tolerances
from shim.plant.motor_facts import UnipolarFacts
from shim.plant.pumps import DC, STEP_DIR, ULN2003
from shim.strict import Strict
from shim.trace.recorder import Recorder
from shim.virtual_pico import VirtualPico
from shim.world import Board
from tests.scenario.delivery_rig import Rig
from tests.scenario.pump_pins import ENABLE, HalfSteps, Rises
from tests.willing import WillingClient


@dataclass(frozen=True)
class Drive:
    """What a test knows of a drive: profile, bench, volume of a step, least time between two."""

    profile: str
    facts: PlantFacts
    step_nl: Fraction
    spacing_ms: float
    tick_s: float  # at the therapy profiles' 1 mL/h

    def rate(self, steps_per_h: int) -> int:
        """nL/h."""
        return int(steps_per_h * self.step_nl)

    def per_s(self, rate_nl_h: int) -> float:
        """Steps a second at a rate."""
        return float(rate_nl_h / self.step_nl / 3600)


# Wired so that the rotor stands one half-step before the first pattern of a fresh pump.
_IN_STEP = replace(ULN2003, motor=UnipolarFacts(rotor_at=6))
DRIVES = {
    "stepdir": Drive("therapy_step", STEP_DIR, Fraction(25, 2), 0.05, 1.0),
    "uln2003": Drive("uln2003", _IN_STEP, Fraction(10), 5.0, 1.0),
    "dc": Drive("dc", DC, Fraction(242), 100.0, 1.0),
}
each_drive = pytest.mark.parametrize(
    "name", [pytest.param("stepdir", marks=pytest.mark.slow), "uln2003", "dc"]
)
"""The step/dir drive has fast tests of its own: here it is the measure, in the slow tier."""


class DriveRig(Rig):
    """One pump. steps() counts what its pins show: rises, or half-steps of four coils."""

    judge: Rises

    def __init__(  # as Rig's, but for board and bench
        self,
        name: str,
        *,
        seed: int = 0,
        strict: Strict | None = None,
        facts: PlantFacts | None = None,
        lines: str = "",
    ) -> None:
        self.drive = DRIVES[name]
        facts = facts or self.drive.facts
        active = f"from profiles.{self.drive.profile} import *\n{lines}\n".encode()
        self.pico = VirtualPico(
            seed=seed,
            strict=strict,
            profile=Board(pulls=dict(facts.pins.pulls)),
            overlay={"profiles/active.py": active},
        )
        self.bench = Bench(seed, Tolerances.none(), facts)
        self.bench.attach(self.pico)
        self.record = Recorder()
        self.record.attach(self.pico.lines, {"ENABLE": ENABLE})
        self.judge = HalfSteps(self.pico, ENABLE) if name == "uln2003" else Rises(self.pico)
        self.client = WillingClient(SimTransport(self.pico))
        self.boot()

    def run_until_on(self) -> None:
        """Run to the first millisecond of a step."""
        lines = self.pico.lines
        pins = [pin for pin, _ in self.drive.facts.pins.pulls if pin < ENABLE]
        was_on = True
        for _ in range(5000):
            self.run_for(1)
            was_on, before = any(lines[pin].level() for pin in pins), was_on
            if was_on and not before:
                return
        raise AssertionError("no step begins within 5 s")

    def steps(self, t0_ns: int = 0, t1_ns: int | None = None) -> int:
        """Steps in [t0, t1), by default until now."""
        self.pico.sync()
        return self.judge.count(t0_ns, self.now_ns + 1 if t1_ns is None else t1_ns)

    def rises(self, t0_ns: int = 0, t1_ns: int | None = None) -> list[int]:
        """Instants of the steps."""
        self.pico.sync()
        end_ns = self.now_ns + 1 if t1_ns is None else t1_ns
        return [t_ns for t_ns in self.judge.steps_ns if t0_ns <= t_ns < end_ns]

    def assert_booked(self) -> dict[str, Any]:
        """After a halt: steps at the pins are the confirmed, commanded and granted ones."""
        status = self.status()
        counts = {status[key] for key in ("granted_steps", "commanded_steps", "confirmed_steps")}
        assert counts == {self.steps()}, (status, self.steps())
        return status

    def dispensed_steps(self) -> float:
        """What left the tip, in steps of the profile's nominal volume."""
        return self.bench.dispensed_nl / float(self.drive.step_nl)
