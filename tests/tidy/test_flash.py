"""Installing on a board: what it says without one, and what it does to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from tools import flash
from tools.flash import Board, Trouble, hashes, install


class FakeBoard(Board):
    """A board with a file system, and a transport that can spoil what it carries."""

    def __init__(self, files: dict[str, bytes], version: tuple[int, ...] = (1, 27, 0)) -> None:
        super().__init__("/dev/ttyACM7")
        self.files = files
        self.version = version
        self.calls: list[str] = []
        self.spoils = False

    def stop(self) -> None:
        self.calls.append("stop")

    def look(self) -> tuple[tuple[int, ...], dict[str, str]]:
        return self.version, hashes(self.files)

    def remove(self, names: Sequence[str]) -> None:
        self.calls += [f"rm {name}" for name in names]
        for name in names:
            del self.files[name]

    def send(self, files: Mapping[str, bytes]) -> None:
        self.calls += [f"cp {name}" for name in files]
        self.files |= {n: c + b"!" if self.spoils else c for n, c in files.items()}

    def freshen(self) -> None:
        self.calls.append("freshen")

    def reset(self) -> None:
        self.calls.append("reset")


NEW = {"boot.py": b"1", "picodose/units.mpy": b"2"}


def test_install_stops_first_sends_what_differs_removes_the_rest_and_resets() -> None:
    board = FakeBoard({"boot.py": b"1", "picodose/units.py": b"old"})
    assert install(board, NEW).startswith("1 of 2 files sent")
    assert board.calls == [
        "stop",
        "rm picodose/units.py",
        "cp picodose/units.mpy",
        "freshen",
        "reset",
    ]
    assert board.files == NEW


@pytest.mark.req("REC-4")
def test_a_board_without_a_program_is_told_from_one_that_is_brought_up_to_date() -> None:
    files = NEW | {"main.py": b"3"}
    assert "file system was lost" in install(FakeBoard({}), files)
    assert "file system" not in install(FakeBoard(dict(files)), files)


def test_a_file_that_arrives_spoiled_is_noticed_and_never_started() -> None:
    board = FakeBoard({})
    board.spoils = True
    with pytest.raises(Trouble, match="not what was sent"):
        install(board, NEW)
    assert "reset" not in board.calls


def test_an_older_firmware_is_refused_before_anything_changes() -> None:
    board = FakeBoard({}, version=(1, 24, 1))
    with pytest.raises(Trouble, match=r"1\.24\.1"):
        install(board, NEW)
    assert board.calls == ["stop"] and board.files == {}


def test_without_a_board_it_says_so_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: [])
    assert flash.main([]) == 2
    said = capsys.readouterr().err
    assert "No Pico was found" in said and "BOOTSEL" in said
    assert "make repl PORT=" in said and "make sim" in said


def test_with_several_boards_it_asks_which(monkeypatch: pytest.MonkeyPatch) -> None:
    pico = [SimpleNamespace(device=f"/dev/ttyACM{n}", vid=flash.RASPBERRY_PI) for n in (0, 1)]
    other = SimpleNamespace(device="/dev/ttyUSB0", vid=0x1A86)
    monkeypatch.setattr(list_ports, "comports", lambda: [*pico, other])
    with pytest.raises(Trouble, match="make repl PORT=/dev/ttyACM1"):
        flash.find_port(None)
    assert flash.find_port("/dev/ttyUSB0") == "/dev/ttyUSB0"


def test_a_port_that_does_not_exist_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert flash.main(["--port", "/dev/no_such_port"]) == 2
    assert "/dev/no_such_port does not give its prompt" in capsys.readouterr().err
