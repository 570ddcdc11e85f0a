"""A pump whose reservoir gets another concentration; the mass that leaves the tip is the judge.

Its path is short, so that a bridge ends within virtual minutes.
"""

from __future__ import annotations

from typing import Any

import pytest

from host_tools.link import RefusedError
from picodose.therapy.prescription import encode
from shim.plant import Bench, PlantFacts, Tolerances
from shim.plant.facts import PathFacts, ReservoirFacts
from tests.scenario.delivery_rig import MS, Rig

PATH_NL = 10_010  # 800.8 steps
STEP_NL = 12.5
FLUID = "demo-baclofen"
MIN_MS = 60_000
AG_PER_UG = 10**12
HOUR_MS = 60 * MIN_MS
STRONGER, WEAKER = (500, 2_000, 5_000), (2_000, 500, 20_000)  # old, new ug/mL; nL/h of the new
UG_H = 10  # what both order


def mass_rx(rate_nl_h: int, conc_ug_ml: int, **more: Any) -> bytes:
    """A constant rate of the fluid at a concentration."""
    fields = {"v": 2, "mode": "const", "fluid": FLUID, "conc_ug_ml": conc_ug_ml}
    raw: bytes = encode({"rate_nl_h": rate_nl_h, **fields, **more})
    return raw


class BridgeRig(Rig):
    """It has run `old` ug/mL for a minute, and stands. more: lines of its profile."""

    def __init__(
        self,
        old: int,
        rate_nl_h: int,
        path_nl: int = PATH_NL,
        fluid: str = FLUID,
        more: str = "",
    ) -> None:
        facts = PlantFacts(
            path=PathFacts(dead_volume_nl=path_nl, swell_max_nl=1_000),
            reservoir=ReservoirFacts(conc_ug_ml=old),
        )
        profile = f"from profiles.therapy_step import *\nPATH_NL = {path_nl}\n{more}"
        super().__init__(profile, bench=Bench(0, Tolerances.none(), facts))
        self.fluid = fluid
        self.start(mass_rx(rate_nl_h, old, fluid=fluid))
        self.run_for(MIN_MS)
        self.stop()

    def refill(self, conc_ug_ml: int) -> None:
        """Empty the reservoir and fill it with another concentration, and tell the pump."""
        left_nl = self.client.request("status", page=2)["reservoir_nl"]
        self.bench.reservoir.drain()
        self.bench.reservoir.fill(20_000_000, conc_ug_ml)
        filled: dict[str, Any] = {"measured_nl": left_nl, "filled_nl": 20_000_000}
        self.client.request("refill", fluid=self.fluid, conc_ug_ml=conc_ug_ml, **filled)

    def change(self, conc_ug_ml: int, rate_nl_h: int) -> None:
        """Refill, program and start."""
        self.refill(conc_ug_ml)
        self.start(mass_rx(rate_nl_h, conc_ug_ml, fluid=self.fluid))

    def gaps_ms(self, before: int) -> list[float]:
        """Times from step to step, those before not counted."""
        rises = self.rises()[before:]
        return [(b - a) / MS for a, b in zip(rises, rises[1:], strict=False)]

    def bridge_nl(self) -> int:
        """What the pump says that the dead volume still holds of the old fluid."""
        return int(self.status()["bridge_nl"])

    def mass_ag(self) -> int:
        """What left the tip so far."""
        self.bench.now  # noqa: B018
        return self.bench.path.out_ag

    def masses_ag(self, minutes: int) -> list[int]:
        """What has left the tip by now and by the end of each minute to come."""
        found = [self.mass_ag()]
        for _ in range(minutes):
            self.run_for(MIN_MS)
            found.append(self.mass_ag())
        return found

    def staged_refusal(self, raw: bytes) -> RefusedError:
        """How staging of it is refused."""
        with pytest.raises(RefusedError) as refused:
            self.client.stage(raw)
        return refused.value

    def refusal(self, cmd: str, **fields: Any) -> int:
        """The code with which a request is refused."""
        with pytest.raises(RefusedError) as refused:
            self.client.request(cmd, **fields)
        return int(refused.value.code)


def changed(old: int, new: int, rate_nl_h: int) -> tuple[BridgeRig, int]:
    """A pump that begins its bridge at the step of this number."""
    rig = BridgeRig(old, rate_nl_h * new // old)
    before = rig.steps()
    rig.change(new, rate_nl_h)
    return rig, before


def changed_saline(old: int, new: int, rate_nl_h: int, path_nl: int) -> tuple[BridgeRig, int]:
    """The same with a fluid that may flow at the pump's highest rate."""
    rig = BridgeRig(old, rate_nl_h * new // old, path_nl, "saline")
    before = rig.steps()
    rig.change(new, rate_nl_h)
    return rig, before


def assert_hours(masses_ag: list[int], ug_h: float = UG_H) -> None:
    """No hour, wherever it begins, got more than ordered + 10 %: each lies within 61 minutes."""
    most = max(b - a for a, b in zip(masses_ag, masses_ag[61:], strict=False))
    assert ug_h * 0.9 < most / AG_PER_UG < ug_h * 1.1
