"""What the README says that the pump can do: every command is there, and every story runs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from host_tools.rx import __main__ as rx
from host_tools.show import __main__ as show
from host_tools.show.stories import STORIES
from tests.readme import shows

ROOT = Path(__file__).resolve().parents[2]
_SECTION = (ROOT / "README.md").read_text().split("## What the pump can do")[1].split("\n## ")[0]
COMMANDS = re.findall(r"\| `(.+)` \|", _SECTION)
SHORT_H = 0.1
TOLD = {  # what its journal must say of a story
    "week": "started",
    "periodic": "asked for by the schedule",
    "patient": "PATIENT_LOCKOUT",
    "bolus": "14.05 µL cancelled",
    "trial": "trial ended",
    "prime": "RUN_OFTEN",
    "refill": "refill mismatch acknowledged",
    "power": "power lost",
    "alarms": "stopped reminder",
    "occlusion": "occlusion acknowledged",
    "leak": "alarm cycles",
    "drives": "bolus 1 ends: 50 µL",
    "calibration": "steps from now on",
    "bridge": "bridge: 0 steps",
}


def test_each_thing_that_the_readme_shows_has_one_command_that_make_knows() -> None:
    assert len(COMMANDS) == _SECTION.count("\n| ") - 1
    shown = [c.split("WHAT=")[1] for c in COMMANDS if "WHAT=" in c]
    assert sorted(shown) == sorted(STORIES) == sorted(TOLD)
    for command in COMMANDS:
        if command.startswith("make "):
            run = subprocess.run(
                ["make", "-n", *command.split()[1:]], cwd=ROOT, capture_output=True, text=True
            )
            assert (run.returncode, "host_tools" in run.stdout) == (0, True), command


def test_the_command_that_shows_a_prescription_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = [c for c in COMMANDS if "host_tools.rx" in c]
    assert rx.main([str(ROOT / command.split()[-1])]) == 0
    assert "demo-morphine" in capsys.readouterr().out


def test_a_story_begins_and_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show.main(["occlusion", "--hours", str(SHORT_H), "--out", str(tmp_path)]) == 0
    assert "started, prescription" in capsys.readouterr().out
    with Image.open(tmp_path / "occlusion.png") as picture:
        assert picture.size == (1950, 1230)


@pytest.mark.slow
@pytest.mark.parametrize("line", shows())
def test_a_whole_story_tells_what_it_is_about(line: str) -> None:
    run = subprocess.run(line.split(), cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert TOLD[line.split("WHAT=")[1]] in run.stdout


def test_without_a_name_or_with_a_wrong_one_the_stories_are_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (show.main([]), show.main(["nothing"])) == (0, 2)
    assert capsys.readouterr().out.count("calibration") == 2
