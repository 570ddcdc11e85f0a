"""Makes the pump and the bench of a simulated world, and does to them what is asked."""

from __future__ import annotations

import importlib
from typing import Any, Protocol

from shim.plant.bench import Bench
from shim.plant.facts import PlantFacts
from shim.world import Board


class Pico(Protocol):
    """What both simulated boards can do (shim.world.World)."""

    @property
    def now_ns(self) -> int: ...
    def run_for(self, ms: float) -> None: ...
    def send(self, data: bytes) -> None: ...
    def receive(self) -> bytes: ...
    def press(self, button: str, ms: float) -> None: ...
    def power_cut(self, off_ms: float = 0) -> None: ...
    def flash_image(self) -> bytes: ...


def make(kind: str, seed: int, profile: str) -> tuple[Pico, Bench]:
    """kind "sim": the device code on the virtual Pico; "emu": on the official firmware in an
    emulated RP2040. profile: of device/profiles; empty: the active one.
    """
    facts = _facts(profile)
    board = Board(pulls=dict(facts.pins.pulls))
    pico = _emulated(board, profile) if kind == "emu" else _virtual(board, profile, seed)
    bench = Bench(seed, facts=facts)
    bench.attach(pico)
    return pico, bench


def act(pico: Pico, bench: Bench, verb: str, *facts: Any) -> None:
    """Do something to the pump or around it: send(text), press(button, ms), cut(off_ms), or a deed
    of the bench or of one of its parts by its name, "kink" or "reservoir.fill".
    """
    if verb == "send":
        pico.send(facts[0].encode("latin-1"))
    elif verb == "press":
        pico.press(*facts)
    elif verb == "cut":
        bench.supply_gap(facts[0])
        pico.power_cut(facts[0])
    else:
        target: Any = bench
        for name in verb.split("."):
            target = getattr(target, name)
        target(*facts)


def _facts(profile: str) -> PlantFacts:
    from shim.plant import pumps

    drive = importlib.import_module(f"profiles.{profile or 'active'}").NAME
    known = {"uln2003": pumps.ULN2003, "dc": pumps.DC, "sensed-step": pumps.SENSED}
    return known.get(drive, pumps.STEP_DIR)


def _virtual(board: Board, profile: str, seed: int) -> Any:
    from shim.virtual_pico import VirtualPico

    return VirtualPico(seed=seed, profile=board, overlay=_active(profile))


def _emulated(board: Board, profile: str) -> Any:
    from host_tools import DEVICE_DIR
    from shim.emulated.image import installed_image
    from shim.emulated.pico import EmulatedPico

    return EmulatedPico(flash=installed_image(DEVICE_DIR, _active(profile)), profile=board)


def _active(profile: str) -> dict[str, bytes] | None:
    """The file that names the active profile, where it is another one."""
    text = f"from profiles.{profile} import *\n"
    return {"profiles/active.py": text.encode()} if profile else None
