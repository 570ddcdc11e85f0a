"""Two pumps to search on: windows scaled down to 1 min and 24 min, and the real 1 h and 24 h.

Steps are large, so that a virtual minute costs little; caps and windows are data of a profile. One
pump of each kind is booted in a process; every history begins in a fork of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from shim.plant import Bench, Tolerances
from shim.plant.facts import PlantFacts, ReservoirFacts, TubeFacts
from shim.virtual_pico import VirtualPico
from tests.scenario.delivery_rig import Rig

RESERVOIR_NL = 500_000_000
PROFILE = """from profiles.bench_step import *
NL_NUM, STEPS_DEN = {step_nl}, 1
RATE_MAX_NL_H = BOLUS_RATE_MAX_NL_H = {rate_max_nl_h}
CAPS = {caps}
"""


@dataclass(frozen=True)
class World:
    """A profile, and what a history's relative numbers mean in it.

    caps: (window_ms, bucket_ms, cap_nl), shortest first; grid_min: minutes between two instants
    at which a program may change its rate; stage_ms: when each stage of a history ends;
    most_acts: of each stage.
    """

    step_nl: int
    rate_max_nl_h: int
    caps: tuple[tuple[int, int, int], ...]
    grid_min: int
    stage_ms: tuple[int, ...]
    most_acts: tuple[int, ...]

    def span_ms(self, permille: int) -> int:
        """Thousandths of the shortest window."""
        return permille * self.caps[0][0] // 1000

    def volume_nl(self, permille: int) -> int:
        """Thousandths of the smallest cap."""
        return permille * self.caps[0][2] // 1000

    def rate_nl_h(self, permille: int) -> int:
        """Thousandths of the rate that fills the longest window to its cap for ever."""
        window_ms, _, cap_nl = self.caps[-1]
        return max(250, permille * cap_nl * 3_600 // window_ms)

    def profile(self) -> str:
        """Text of its active.py."""
        return PROFILE.format(
            step_nl=self.step_nl, rate_max_nl_h=self.rate_max_nl_h, caps=self.caps
        )

    def plant(self) -> Bench:
        """Exact parts; a pulse moves what the profile says."""
        return Bench(
            0,
            Tolerances.none(),
            PlantFacts(tube=TubeFacts(self.step_nl, 1), reservoir=ReservoirFacts(RESERVOIR_NL)),
        )


SCALED = World(
    step_nl=50,
    rate_max_nl_h=1_000_000,
    caps=((60_000, 5_000, 3_750), (1_440_000, 30_000, 15_000)),
    grid_min=1,
    stage_ms=(840_000, 1_440_000, 1_800_000),
    most_acts=(7, 6, 4),
)
REAL = World(
    step_nl=20_000,
    rate_max_nl_h=6_000_000,
    caps=((3_600_000, 60_000, 1_500_000), (86_400_000, 1_800_000, 6_000_000)),
    grid_min=60,
    stage_ms=(64_800_000, 93_600_000),
    most_acts=(12, 9),
)


@lru_cache(maxsize=2)
def booted(world: World, overlay: tuple[tuple[str, bytes], ...] = ()) -> Rig:
    """A pump of that world, up and greeted; to be used in a fork only.

    overlay: device files in place of its own, bytes by device path.
    """
    files: Mapping[str, bytes] = {"profiles/active.py": world.profile().encode(), **dict(overlay)}
    return Rig(bench=world.plant(), pico=VirtualPico(overlay=files))
