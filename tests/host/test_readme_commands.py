"""The README's story of the programmer, typed line by line on the virtual pump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.cli import story
from tests.host.cli_desk import ROOT, Terminal, check_line, in_folder

README = (ROOT / "README.md").read_text()
STORY = re.findall(r"^picodose ([^#\n]+)", README, re.M)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A home of this test's own."""
    for patch in in_folder(tmp_path):
        patch.chdir(ROOT)
        yield tmp_path


def test_every_line_of_the_story_goes_well() -> None:
    pump = Terminal("sim:")
    assert len(STORY) > 20
    for line in STORY:
        words, may_fail = re.subn(r"\|\| true\s*$", "", line)
        typed = pump(words)
        assert typed.exit == 0 or may_fail, f"picodose {line}: {typed.out}{typed.err}"
    assert pump.json("status")["state"] == "stopped"


@pytest.mark.slow
def test_the_story_is_the_same_when_it_is_played_again(folder: Path) -> None:
    for line in STORY[:9]:
        Terminal("sim:")(re.sub(r"\|\| true\s*$", "", line))
    kept = (folder / "pump.sim").read_text()
    story._LIVE.clear()
    with story.Keeper(folder / "pump.sim", "sim") as again:
        assert again.text() == kept  # the virtual time, flash and steps at its end are in it


def test_every_command_in_the_running_text_can_be_typed() -> None:
    for line in re.findall(r"`(picodose [^`]+)`", README):
        check_line(line)
