"""Every command line of the README is executed, and by whom (tests/readme.py)."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.cli import story
from tests import readme
from tests.host.cli_desk import ROOT, Terminal, check_line, in_folder
from tools import tiers

STORY = [line.removeprefix("picodose ") for line in readme.story(readme.SIM_STORY)[1:]]


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


@pytest.mark.slow
def test_every_example_in_text_and_tables_is_done_or_refused_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "host_tools").symlink_to(ROOT / "host_tools")
    monkeypatch.chdir(folder)  # some write a file
    pump = Terminal("sim:")
    pump.do('sim new --at "2026-11-23 08:00"', "clock --set", "calibrate --nominal --yes")
    for line in readme.examples():
        check_line(line)
        typed = pump(line.removeprefix("picodose "))
        for _ in range(2):  # where something is missing in the line, it is typed as it was told
            if typed.exit == 2:
                typed = pump(re.findall(r"^Next: +picodose (.+)$", typed.err, re.M)[0])
        assert typed.exit not in (1, 2), f"{line}: {typed}"
        if "maintenance" in line:
            pump.do('sim cut "1 s"')


@pytest.mark.slow
@pytest.mark.parametrize("line", readme.quick())
def test_a_command_that_takes_seconds_ends_well(line: str) -> None:
    run = subprocess.run(shlex.split(line), cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, f"{run.stdout}{run.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in readme.benches() if "board" not in line])
def test_a_group_of_figures_is_measured(line: str) -> None:
    run = subprocess.run(shlex.split(line), cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and "figure" in run.stdout, f"{run.stdout}{run.stderr}"


@pytest.mark.emu
@pytest.mark.timeout(900)
@pytest.mark.parametrize("line", [line for line in readme.benches() if "board" in line])
def test_the_figures_of_the_board_are_measured(line: str) -> None:
    test_a_group_of_figures_is_measured(line)


def test_the_tiers_or_the_gate_run_every_proof() -> None:
    gate = (ROOT / ".ci/run").read_text()
    known = [" ".join(tier.arguments) for tier in tiers.TIERS]
    for line in readme.proofs():
        (*_, last) = would_run(line)
        module = re.sub(r"^.*?python ", "", last).strip()
        by_tier = module in known or (line, "tools.tiers" in module) == ("make test-all", True)
        assert by_tier or line == "make test", line
    assert re.search(r"exec make check test-all\b", gate)
    assert re.search(r"^check: .* test ", (ROOT / "Makefile").read_text(), re.M)


@pytest.mark.parametrize("line", readme.HERE)
def test_a_long_one_is_what_the_named_test_starts(line: str) -> None:
    path, _, name = readme.HERE[line].partition("::")
    text = (ROOT / path).read_text()
    assert f"def {name}" in text
    modules = [found[1] for one in would_run(line) if (found := re.search(r"-m (\S+)", one))]
    words = {word for module in modules for word in module.split(".")} | {line.split()[0]}
    assert words & set(re.findall(r"\w+", text)), (line, modules)


def test_no_line_of_the_readme_is_executed_by_nobody() -> None:
    known = {
        *readme.stories(), *readme.shows(), *readme.examples(), *readme.quick(),
        *readme.benches(), *readme.proofs(), *readme.HERE, "make bench",
    }  # fmt: skip
    lines = {line for block in readme.blocks() for line in block} | set(readme.spans())
    left = {line for line in lines - known if not readme.placeholder(line)}
    assert left == {".venv/bin/picodose"}  # a name in a sentence
    files = {path.stem for path in (ROOT / "tools/benches").glob("[!_]*.py")}
    groups = {line.split("=")[1] for line in lines if line.startswith("make bench ONLY=")}
    assert groups == files  # so `make bench` is run, group by group


def would_run(line: str) -> list[str]:
    """The commands that make would start for this line."""
    command = ["make", "-n", "--no-print-directory", *shlex.split(line)[1:]]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [one for one in run.stdout.splitlines() if "python " in one] or [""]
