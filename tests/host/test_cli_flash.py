"""`picodose flash`: the pump stops first, unchanged files stay, the version is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from host_tools.cli import worlds
from host_tools.cli.commands import flash as command
from host_tools.cli.worlds import Reached
from host_tools.link import NoAnswerError
from picodose import VERSION
from tests.host.cli_desk import ROOT, Terminal, in_folder
from tools import flash
from tools.flash import Trouble, hashes

PORT = Terminal("/dev/ttyACM0")
DAY = "host_tools/examples/day_night.toml"
FILES = {"boot.py": b"1", "main.py": b"2", "picodose/units.mpy": b"3"}


class FakeBoard(flash.Board):
    """Takes files like mpremote's board; `there` is what it holds, `calls` what was done."""

    there: dict[str, bytes] = {}
    calls: list[str] = []
    trouble = ""

    def stop(self) -> None:
        self.calls.append(f"prompt at {self.port}")
        if self.trouble:
            raise Trouble(self.trouble)

    def look(self) -> tuple[tuple[int, ...], dict[str, str]]:
        return (1, 27, 0), hashes(self.there)

    def remove(self, names: Sequence[str]) -> None:
        self.calls += [f"rm {name}" for name in names]

    def send(self, files: Mapping[str, bytes]) -> None:
        self.calls += [f"cp {name}" for name in files]
        self.there.update(files)

    def freshen(self) -> None:
        self.calls.append("freshen")

    def reset(self) -> None:
        self.calls.append("reset")


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing of this file's tests touches the host's own folders."""
    path = tmp_path_factory.mktemp("cli")
    for patch in in_folder(path):
        patch.chdir(ROOT)
        yield path


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, folder: Path) -> type[FakeBoard]:
    """A board at PORT; its pump is a virtual one behind the same link."""
    reach = worlds.reach

    def reached(name: str) -> AbstractContextManager[Reached]:
        return reach("sim:flash" if name.startswith("/dev/") else name)

    monkeypatch.setattr(worlds, "reach", reached)
    monkeypatch.setattr(flash, "Board", FakeBoard)
    monkeypatch.setattr(command, "_compiled", lambda: FILES)
    monkeypatch.setattr(FakeBoard, "there", {"boot.py": b"1", "main.py": b"old"})
    monkeypatch.setattr(FakeBoard, "calls", [])
    return FakeBoard


def running(pump: Terminal) -> None:
    """Throw the virtual pump away and let a new one run."""
    pump.do("sim new", f"program {DAY} --override first --yes", "start")


def test_the_pump_stops_first_and_unchanged_files_stay(board: type[FakeBoard]) -> None:
    pump = Terminal("sim:flash")
    running(pump)
    told = PORT.json("flash")
    assert pump.json("status")["state"] == "stopped"
    sent = ["prompt at /dev/ttyACM0", "cp main.py", "cp picodose/units.mpy", "freshen", "reset"]
    assert board.calls == sent
    assert (told["before"], told["after"]) == (VERSION, VERSION)
    assert told["done"].startswith("2 of 3 files sent")


def test_a_dry_run_touches_neither_board_nor_pump(board: type[FakeBoard]) -> None:
    pump = Terminal("sim:flash")
    running(pump)
    told = PORT.json("flash --dry-run")
    assert (told["files"], told["bytes"], board.calls) == (3, 3, [])
    assert pump.json("status")["state"] == "running"
    assert "picodose/units.mpy" in PORT("flash --dry-run").out


def test_a_board_without_our_program_is_flashed_too(
    board: type[FakeBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_hello", lambda _port: {})
    told = PORT.json("flash")
    assert (told["before"], "freshen" in board.calls) == ("", True)


def test_trouble_at_the_board_is_told_with_what_is_safe(
    board: type[FakeBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "trouble", "it does not give its prompt")
    typed = PORT("flash --json")
    error = typed.data["error"]
    assert (typed.exit, error["family"]) == (10, "board")
    assert "motor stays off" in error["safe"]


def test_a_board_that_stays_silent_afterwards_is_told(
    board: type[FakeBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = NoAnswerError("nothing", safe="", cause="", command="")
    monkeypatch.setattr(board, "reset", lambda _: monkeypatch.setattr(worlds, "reach", gone))

    def gone(_name: str) -> AbstractContextManager[Reached]:
        raise silent

    typed = PORT("flash --json")
    assert (typed.exit, typed.data["error"]["next"]) == (10, "picodose doctor --port /dev/ttyACM0")


def test_a_virtual_pump_is_not_flashed() -> None:
    assert Terminal("sim:flash")("flash").exit == 2
