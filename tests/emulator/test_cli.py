"""The command line on the official firmware: the same commands, the same story file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.cli import story
from tests.host.cli_desk import ROOT, Terminal, in_folder

# Two boots of the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
STEP_NL = 12.5


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A home of this test's own."""
    for patch in in_folder(tmp_path):
        patch.chdir(ROOT)
        yield tmp_path


def test_a_bolus_and_its_replay_on_the_official_firmware() -> None:
    pump = Terminal("emu:")
    told = pump.json("status")
    assert (told["kind"], told["state"], told["alarms"]) == ("emu", "stopped", [])
    assert pump.json('bolus "0.1 uL" --over "4 s"')["bolus_nl"] == 100
    pump.do('sim wait "10 s"')
    story._LIVE.clear()  # as in a new process
    told = pump.json("status")
    assert (told["state"], told["confirmed_steps"]) == ("stopped", 100 / STEP_NL)
