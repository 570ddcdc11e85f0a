"""Boards with the official firmware, booted once a session and forked for every test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shim.emulated.fork import in_fork
from shim.emulated.image import compiled_image, installed_image
from shim.emulated.pico import EmulatedPico

DEVICE = Path(__file__).parents[2] / "device"
BATTERY_MV = 1500.0  # at the ADC pin: a full pack behind the bench divider
TOY = Path(__file__).parent / "toy"
_BOOT_LIMIT_MS = 5000
_WALL_LIMIT_S = 120.0

Body = Callable[[EmulatedPico], Any]


class Boards:
    """One booted board for each device folder; tests only ever touch forked copies."""

    def __init__(self) -> None:
        self._booted: dict[Path, EmulatedPico] = {}

    def run(
        self,
        folder: Path,
        body: Body,
        *,
        ready: bytes = b"ready\r\n",
        wall_limit_s: float = _WALL_LIMIT_S,
    ) -> Any:
        """Result of `body(pico)` in a fork of the booted board.

        Fails when `body` does, when an interrupt handler raised, or when PIO timing was spoilt.
        """
        pico = self._board(folder, ready)

        def checked() -> Any:
            result = body(pico)
            pico.check()
            return result

        return in_fork(checked, wall_limit_s)

    def _board(self, folder: Path, ready: bytes) -> EmulatedPico:
        if folder not in self._booted:
            image = installed_image if folder == DEVICE else compiled_image
            pico = EmulatedPico(flash=image(folder))
            pico.set_adc_mv(0, BATTERY_MV)
            pico.until(lambda: ready in pico.console, _BOOT_LIMIT_MS)
            self._booted[folder] = pico
        return self._booted[folder]


@pytest.fixture(scope="session")
def boards() -> Boards:
    """Booted boards, each prepared when the first test asks for it."""
    return Boards()


@pytest.fixture
def on_stepper(boards: Boards) -> Callable[[Body], Any]:
    """Run a body on the toy pump of toy/stepper."""
    return lambda body: boards.run(TOY / "stepper", body)
