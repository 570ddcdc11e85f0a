"""The command line on a virtual pump: from a file to a bolus, and what a person is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from picodose import VERSION
from tests.host.cli_desk import Terminal, in_folder

DAY = "host_tools/examples/day_night.toml"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing of this file's tests touches the host's own folders."""
    path = tmp_path_factory.mktemp("cli")
    for patch in in_folder(path):
        patch.chdir(ROOT)
        yield path


@pytest.fixture(scope="module")
def pump() -> Terminal:
    """A virtual pump that runs the day program."""
    pump = Terminal("sim:day")
    pump.do(f"program {DAY} --override first --yes", "start")
    return pump


def test_status_is_read_from_the_pump_and_says_which_world_it_is(pump: Terminal) -> None:
    told = pump.json("status")
    assert (told["ok"], told["world"], told["kind"]) == (True, "sim:day", "sim")
    assert (told["state"], told["mode"]) == ("running", "day")
    assert "simulated, no hardware" in pump("status").out


def test_a_sequence_of_commands_is_one_story_in_which_no_power_is_lost(pump: Terminal) -> None:
    before = pump.json("status")
    pump.do('sim wait "1 h"')
    after = pump.json("status")
    assert after["boot"] == before["boot"] == 1
    assert 7900 <= after["delivered_nl"] - before["delivered_nl"] <= 8100  # 8 uL/h
    assert 3600_000 <= after["uptime_ms"] - before["uptime_ms"] < 3600_100


def test_a_story_that_another_process_goes_on_with_is_at_the_same_place(pump: Terminal) -> None:
    from host_tools.cli import story

    before = pump.json("status")
    story._LIVE.clear()  # as in a new process: the story is played again from its file
    after = pump.json("status")
    assert after["confirmed_steps"] - before["confirmed_steps"] <= 1
    assert 0 < after["uptime_ms"] - before["uptime_ms"] < 20


def test_a_story_that_was_edited_is_refused(folder: Path) -> None:
    lines = (folder / "day.sim").read_text().splitlines()
    (folder / "bad.sim").write_text("\n".join([*lines[:2], '["end", 1, 2, 3]']) + "\n")
    typed = Terminal("sim:bad")("status --json")
    assert (typed.exit, typed.data["error"]["next"]) == (8, "picodose sim new --port sim:bad")


def test_a_bolus_runs_and_is_cancelled_alone(pump: Terminal) -> None:
    assert pump.json('bolus "4 uL" --over "10 min"')["bolus_nl"] == 4000
    pump.do("cancel")
    told = pump.json("status")
    assert (told["bolus_nl"], told["state"]) == (0, "running")


def test_a_refusal_is_told_in_four_parts_and_has_its_exit_code(pump: Terminal) -> None:
    typed = pump("cancel")
    assert typed.exit == 5
    heads = ("What happened:", "Is the pump safe:", "Likely cause:", "Next:")
    assert [
        line.startswith(head) for line, head in zip(typed.err.splitlines(), heads, strict=True)
    ]
    error = pump.json("cancel")["error"]
    assert (error["family"], error["name"]) == ("refused", "NO_BOLUS")


def test_a_program_is_shown_beside_the_present_one_and_committed_only_after_a_yes(
    pump: Terminal,
) -> None:
    before = pump.json("status")["digest"]
    typed = pump("program host_tools/examples/week.toml")
    assert (typed.exit, pump.json("status")["digest"]) == (2, before)
    assert "--yes" in typed.err
    for said in ("387 µL", "390 µL", "-17 %", "present |", "new     |"):
        assert said in typed.out, said
    told = pump.json("program host_tools/examples/week.toml --yes")
    assert told["present"]["total_24h_nl"] == 387_000
    assert told["summary"]["digest"] == pump.json("status")["digest"] != before
    pump.do(f"program {DAY} --yes")


def test_an_override_is_never_agreed_to_by_yes_alone() -> None:
    new = Terminal("sim:new")
    for line in (f"program {DAY} --yes", f"program {DAY}"):
        error = new.json(line)["error"]
        assert error["family"] == "usage"
        assert error["next"] == f"picodose program {DAY} --override first --yes --port sim:new"
    assert new.json("status")["mode"] == "none"


def test_mistakes_of_a_file_are_told_with_their_lines(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('mode = "const"\nrate = "8 L/h"\n')
    typed = Terminal("")(f"program {bad} --check")
    assert (typed.exit, "line 2: rate" in typed.err) == (8, True)


def test_stop_asks_nothing_and_needs_no_hello(pump: Terminal, folder: Path) -> None:
    assert pump.json("stop")["state"] == "stopped"
    sent = [json.loads(line) for line in (folder / "day.sim").read_text().splitlines()[1:]]
    words = [act[1] for act in sent if act[0] == "send"]
    assert "\nSTOP\n" in words[-2:]
    pump.do("start")


def test_a_command_line_that_is_wrong_says_so_as_json_too() -> None:
    typed = Terminal("")("bolus 4 --over 10 --json")
    assert (typed.exit, typed.data["error"]["family"]) == (2, "usage")
    assert Terminal("")("statsu").exit == 2


def test_help_needs_nothing_but_the_names() -> None:
    heavy = "{'rich', 'serial', 'pydantic', 'shim', 'greenlet', 'sqlite3', 'matplotlib'}"
    program = (
        "import sys\nfrom host_tools.cli.app import main\n"
        f"code = main(['--help'])\nassert not {heavy} & set(sys.modules), code"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert "decommission" in run.stdout


def test_the_launcher_starts_from_any_folder(tmp_path: Path) -> None:
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "python").chmod(0o755)
    subprocess.run(["sh", "tools/launcher.sh", str(tmp_path / "venv")], cwd=ROOT, check=True)
    command = [str(programs / "picodose"), "--version"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == (f"picodose {VERSION}\n", "")
