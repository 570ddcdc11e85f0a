"""A scale's log from the simulation: the whole pump on the virtual Pico, its bench, its scale."""

from __future__ import annotations

from host_tools.link import LinkClient, SimTransport
from host_tools.pumps import profiles_by_name
from host_tools.trumpet.samples import Sample
from picodose.therapy.prescription import encode
from profiles import active
from shim.plant.bench import Bench
from shim.plant.facts import PlantFacts, ReservoirFacts, TubeFacts
from shim.virtual_pico import VirtualPico

ROLLERS_STEPS = 400  # pulses between two rollers: eight of them on a turn
RIPPLE_NL = 400.0  # how far the rollers push ahead and fall back within their stroke of 5 uL
DENSITY_UG_ML = 998_200  # of the simulated scale's water
_WALL_S = 848_000_000
_BOOT_MS = 3_000


def cycle_min(rate_ul_h: float) -> float:
    """Minutes from roller to roller of the simulated pump at a rate."""
    profile = profiles_by_name()[active.NAME]
    stroke_ul: float = ROLLERS_STEPS * profile.NL_NUM / profile.STEPS_DEN / 1000
    return 60 * stroke_ul / rate_ul_h


def simulated(rate_ul_h: float, minutes: float, seed: int = 1, every_s: float = 5) -> list[Sample]:
    """Let a virtual pump give water at a constant rate and read its scale every few seconds.

    Raises RefusedError where the pump refuses the rate. The same seed gives the same log.
    """
    tube = TubeFacts(pulsation_nl=RIPPLE_NL, pulsation_steps=ROLLERS_STEPS)
    bench = Bench(seed, facts=PlantFacts(tube=tube, reservoir=ReservoirFacts(20_000_000)))
    world = VirtualPico(seed=seed)
    bench.attach(world)
    _start(world, round(rate_ul_h * 1000))
    begun_mg = bench.scale_mg()
    found = [(0.0, 0.0)]
    for k in range(1, int(minutes * 60 / every_s) + 1):
        world.run_for(every_s * 1000)
        mg = bench.scale_mg() - begun_mg
        found.append((k * every_s / 60, mg * 1_000_000 / DENSITY_UG_ML))
    return found


def _start(world: VirtualPico, rate_nl_h: int) -> None:
    world.run_for(_BOOT_MS)
    client = LinkClient(SimTransport(world))
    client.connect()
    client.request("clock", wall_s=_WALL_S)
    head = {"v": 2, "mode": "const", "fluid": "water", "conc_ug_ml": 0}
    summary = client.stage(encode({**head, "rate_nl_h": rate_nl_h}))
    client.commit(summary["digest"], summary["needs"])
    client.request("start")
