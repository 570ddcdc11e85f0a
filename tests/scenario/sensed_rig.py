"""The bench pump with an index and a pressure sensor, on a bench whose tube pulses and wears."""

from __future__ import annotations

from typing import Any

from profiles import sensed_step as profile
from shim.plant import Bench, PlantFacts
from tests.scenario.delivery_rig import Rig
from tests.scenario.journal_view import active
from tools import detection

NL_PER_STEP = profile.NL_NUM / profile.STEPS_DEN
LIMITS = {limit.alarm: limit for limit in detection.limits(profile)}
WIDE = """from profiles.sensed_step import *
CAPS = ((3_600_000, 60_000, 70_000_000), (86_400_000, 1_800_000, 1_600_000_000))
"""
"""A day's cap that the highest rate does not reach."""

QUIET = WIDE + "PIN_INDEX = PIN_PRESSURE = None\n"
"""The same board, but the profile names neither sensor."""


def sensed_rig(text: str = WIDE, seed: int = 1) -> Rig:
    """A pump of this profile on the bench with sensors, with spread and noise."""
    return Rig(text, seed=seed, bench=Bench(seed, facts=PlantFacts.sensed()))


def alarmed_within(rig: Rig, code: int, limit_ms: float) -> float:
    """Run until this alarm is on; the ms that took. Fails after limit_ms."""
    alarms, begun_ns = rig.parts.alarms, rig.now_ns
    rig.pico.until(lambda: bool(alarms.is_active(code)), limit_ms)
    took_ms = (rig.now_ns - begun_ns) / 1e6
    rig.run_for(1)  # the halt and its record
    assert active(rig) == [code]
    return took_ms


def runs_in_order(rig: Rig, ms: float = 20_000) -> None:
    """For so long: no alarm, and what the pump counts reaches the tip, within the tube's spread
    (three sigma of 1.5 %) and what its pulsation and the line hold back."""
    before: Any = (rig.steps(), rig.bench.dispensed_nl)
    rig.run_for(ms)
    ordered_nl = (rig.steps() - before[0]) * NL_PER_STEP
    moved_nl = rig.bench.dispensed_nl - before[1]
    assert active(rig) == []
    assert abs(moved_nl - ordered_nl) < 0.045 * ordered_nl + 1_600, (moved_nl, ordered_nl)
    assert rig.bench.water_balance_fl() == 0
