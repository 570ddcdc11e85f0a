"""Boards with the official firmware, booted once a session and forked for every test.

A boot of the pump takes seconds of a core, or a minute where tools/native.py could not compile; a
fork takes milliseconds. The files of this folder are cut so that each needs one slow board: run
them with `--dist loadfile`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from host_tools.build import DEVICE, compiled
from shim.emulated.fork import in_fork
from shim.emulated.image import compiled_image, installed_image, littlefs_image
from shim.emulated.pico import NO_LATE_STEPS, EmulatedPico
from tests.emulator.watch import BEEPER, ENABLE, STEP, Edges

BATTERY_MV = 3000.0  # at the ADC pin: 6.0 V behind the bench divider
TOY = Path(__file__).parent / "toy"
BENCH_PROFILE = b"from profiles.bench_step import *\n"
# Now and then the emulator lets a state machine wait a few microseconds in an idle jump, and it
# counts one where a machine is enabled in the middle of a delay. Tests that allow it judge pulse
# times with tolerances of their own.
SOME_LATE_STEPS = 40
VECTORS_READER = Path(__file__).parents[1] / "unit/link_on_micropython.py"
_DELIVERY_NEEDS = ("delivery", "hal")
_LINK_NEEDS = (
    "picodose/*s.py",
    "picodose/link/*.py",
    "picodose/therapy/*.py",
    "profiles/[bt]*.py",
)
SAFE_LINES = (STEP, ENABLE, BEEPER)
_BOOT_LIMIT_MS = 5000
_BOOT_WALL_LIMIT_S = 400.0
_WALL_LIMIT_S = 200.0

Body = Callable[[EmulatedPico], Any]


@dataclass(frozen=True)
class Kind:
    """A file system image, and what the console says when the program is up."""

    image: Callable[[], bytes]
    ready: bytes = b"ready\r\n"


def _delivery_image() -> bytes:
    """The pump's own delivery and hal behind the toy's main loop."""
    toy = TOY / "delivery"
    files = {"main.py": (toy / "main.py").read_bytes()}
    files["bench.mpy"] = compiled("bench.py", (toy / "bench.py").read_text())
    for folder in _DELIVERY_NEEDS:
        for source in sorted((DEVICE / "picodose" / folder).glob("*.py")):
            name = source.relative_to(DEVICE).with_suffix(".mpy").as_posix()
            files[name] = compiled(source.name, source.read_text())
    return littlefs_image(files)


def _link_image() -> bytes:
    """The pump's own link and prescription rules behind the vectors' reader, without a pump."""
    # What is printed before the host has found the port is lost.
    main = "import time\ntime.sleep_ms(500)\nprint('ready')\nimport vectors\n"
    files = {"main.py": main.encode()}
    files["vectors.mpy"] = compiled("vectors.py", VECTORS_READER.read_text())
    for pattern in _LINK_NEEDS:
        for source in sorted(DEVICE.glob(pattern)):
            name = source.relative_to(DEVICE).with_suffix(".mpy").as_posix()
            files[name] = compiled(source.name, source.read_text())
    return littlefs_image(files)


KINDS = {
    "pump": Kind(lambda: installed_image(DEVICE), b"picodose: ready."),
    "bench pump": Kind(
        lambda: installed_image(DEVICE, {"profiles/active.py": BENCH_PROFILE}), b"picodose: ready."
    ),
    "delivery": Kind(_delivery_image),
    "link": Kind(_link_image),
    "stepper": Kind(lambda: compiled_image(TOY / "stepper")),
}


class Boards:
    """One booted board of each kind; tests only ever touch forked copies."""

    def __init__(self) -> None:
        self._booted: dict[str, EmulatedPico] = {}
        self.since_power_on: dict[str, dict[int, Edges]] = {}  # kind, GPIO: what it did at boot

    def booted(self, kind: str) -> EmulatedPico:
        """The board itself, for reading; `run` it in a fork."""
        if kind not in self._booted:
            pico = EmulatedPico(flash=KINDS[kind].image())
            pico.chip.wall_limit_s = _BOOT_WALL_LIMIT_S
            pico.set_adc_mv(0, BATTERY_MV)
            self.since_power_on[kind] = {line: Edges(pico, line) for line in SAFE_LINES}
            pico.until(lambda: KINDS[kind].ready in pico.console, _BOOT_LIMIT_MS)
            self._booted[kind] = pico
        return self._booted[kind]

    def run(
        self,
        kind: str,
        body: Body,
        *,
        wall_limit_s: float = _WALL_LIMIT_S,
        late_steps: int = NO_LATE_STEPS,
    ) -> Any:
        """Result of `body(pico)` in a fork of the booted board.

        Fails when `body` does, when an interrupt handler raised, or when PIO timing was spoilt.
        `late_steps`: so many state machine steps the emulator may make late (SOME_LATE_STEPS).
        """
        pico = self.booted(kind)

        def checked() -> Any:
            pico.chip.wall_limit_s = wall_limit_s
            try:
                result = body(pico)
            except Exception as error:
                error.add_note(f"console ends: {pico.console[-600:]!r}")
                raise
            pico.check(late_steps)
            return result

        return in_fork(checked, wall_limit_s)


@pytest.fixture(scope="session")
def boards() -> Boards:
    """Booted boards, each prepared when the first test asks for it."""
    return Boards()


@pytest.fixture
def on_stepper(boards: Boards) -> Callable[[Body], Any]:
    """Run a body on the toy pump of toy/stepper."""
    return lambda body: boards.run("stepper", body)
