"""What goes wrong, family by family: ports, silence, half-known outcomes, mistakes of our own."""

from __future__ import annotations

import errno
import os
import pty
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial
from serial.tools import list_ports

from host_tools.cli import ports, story
from host_tools.cli.commands import monitor
from host_tools.cli.ports import Found, Owner
from host_tools.link import LinkClient
from picodose import VERSION
from shim.virtual_pico import VirtualPico
from tests.host.cli_desk import ROOT, Terminal, Typed, check_line, in_folder

DAY = "host_tools/examples/day_night.toml"
PLAIN = Terminal("")


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
    pump = Terminal("sim:errors")
    pump.do(f"program {DAY} --override first --yes", "start")
    return pump


def plug_in(monkeypatch: pytest.MonkeyPatch, *devices: str) -> None:
    """Let these boards be plugged in, beside a port that is none."""
    boards = [
        SimpleNamespace(device=one, vid=0x2E8A, serial_number="E66", product="Pico")
        for one in devices
    ]
    other = SimpleNamespace(device="/dev/ttyS9", vid=None, serial_number=None, product=None)
    monkeypatch.setattr(list_ports, "comports", lambda: [other, *boards])


def opening_fails(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let no port open, as the system says it by this number."""

    def refuse(*_: Any, **__: Any) -> None:
        raise serial.SerialException(number, f"could not open port: {os.strerror(number)}")

    monkeypatch.setattr(serial, "serial_for_url", refuse)


def error_of(typed: Typed, family: str, code: int) -> Any:
    """The error of a command that failed with --json."""
    error = typed.data["error"]
    assert (error["family"], error["exit"], typed.exit) == (family, code, code), error
    return error


def test_no_board(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch)
    for line in ("ports --json", "status --json"):
        assert error_of(PLAIN(line), "port", 3)["next"] == "picodose doctor"
    told = PLAIN("doctor --json")
    assert (told.exit, told.data["checks"][-1]["next"]) == (10, "picodose doctor --port sim:")


def test_several_boards_are_named_and_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "/dev/ttyACM1", "/dev/ttyACM0")
    error = error_of(PLAIN("stop --json"), "port", 3)
    assert "/dev/ttyACM0 (E66), /dev/ttyACM1 (E66)" in error["what"]
    assert error["next"] == "picodose status --port /dev/ttyACM0"


def test_the_only_board_is_found_by_its_usb_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "/dev/ttyACM0")
    assert ports.only_board() == "/dev/ttyACM0"
    opening_fails(monkeypatch, errno.ENOENT)
    (row,) = PLAIN.json("ports")["boards"]
    assert (row["device"], row["usable"]) == ("/dev/ttyACM0", False)


@pytest.mark.parametrize(
    ("owner", "said", "remedy"),
    [
        (Owner("uucp", True, False, False), "you are not in it", "sudo usermod -a -G uucp "),
        (Owner("dialout", True, True, False), "next login", "newgrp dialout"),
        (Owner("root", False, False, False), "a rule for it is missing", "echo 'SUBSYSTEM"),
    ],
)
def test_a_forbidden_port_names_the_group_that_owns_it(
    monkeypatch: pytest.MonkeyPatch, owner: Owner, said: str, remedy: str
) -> None:
    plug_in(monkeypatch, "/dev/ttyACM0")
    opening_fails(monkeypatch, errno.EACCES)
    monkeypatch.setattr(ports, "owner_of", lambda _device: owner)
    error = error_of(PLAIN("status --json"), "port", 3)
    assert said in error["cause"]
    assert error["next"].startswith(remedy)


def test_the_owner_of_a_port_is_read_from_the_file_itself(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch(mode=0o600)
    assert not ports.owner_of(str(device)).group_may


def test_a_busy_port_says_who_holds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    held = serial.Serial(name, exclusive=True)
    monkeypatch.setattr(ports, "holder", lambda _device: "thonny (4711)")
    error = error_of(PLAIN(f"status --json --port {name}"), "port", 3)
    assert (error["what"], "thonny (4711) holds it" in error["cause"]) == (
        f"{name} is in use",
        True,
    )
    held.close()
    os.close(ours)
    os.close(theirs)


def test_the_holder_is_found_among_the_processes(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch()
    for number, opened in (("12", "/dev/null"), ("4711", str(device))):
        (tmp_path / number / "fd").mkdir(parents=True)
        (tmp_path / number / "comm").write_text("thonny\n")
        (tmp_path / number / "fd" / "3").symlink_to(opened)
    assert ports.holder(str(device), tmp_path) == "thonny (4711)"
    assert ports.holder("/dev/ttyACM9", tmp_path) == ""


def test_a_port_that_is_not_there_and_a_virtual_pump_that_does_not_run() -> None:
    error = error_of(PLAIN("status --json --port /dev/ttyACM99"), "port", 3)
    assert error["next"] == "picodose ports"
    error = error_of(PLAIN("status --json --port socket://127.0.0.1:1"), "port", 3)
    assert error["next"] == "make sim"
    check_line(error["next"])


def test_a_story_is_held_by_one_command_at_a_time(folder: Path) -> None:
    with story.Keeper(folder / "one.sim", "sim"):
        error = error_of(Terminal("sim:one")("status --json"), "port", 3)
    assert "another picodose" in error["cause"]


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cable carries nothing to the pump any more."""
    monkeypatch.setattr(story.Story, "send", lambda *_: None)


def test_silence_is_told_as_such(pump: Terminal, deaf: None) -> None:
    error = error_of(pump("status --json"), "no answer", 4)
    assert "goes on by itself" in error["safe"]


def test_a_stop_without_an_answer_says_that_it_may_still_run(pump: Terminal, deaf: None) -> None:
    error = error_of(pump("stop --json"), "not safe", 6)
    assert "switch its power off" in error["safe"]
    assert error["next"] == "picodose stop --port sim:errors"


@pytest.mark.req("THER-8")
def test_a_link_that_dies_before_the_commit_leaves_the_old_prescription(
    pump: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pump.json("status")["digest"]
    whole = LinkClient.request

    def cut(self: LinkClient, cmd: str, **fields: Any) -> Any:
        if cmd in ("stage_part", "commit"):
            monkeypatch.setattr(story.Story, "send", lambda *_: None)
        return whole(self, cmd, **fields)

    monkeypatch.setattr(LinkClient, "request", cut)
    typed = pump("program host_tools/examples/week.toml --yes --json")
    assert "old prescription stays in force" in typed.data["error"]["safe"]
    monkeypatch.undo()
    assert pump.json("status")["digest"] == before


@pytest.mark.req("THER-8")
def test_a_link_that_dies_in_the_commit_says_how_to_find_out(
    pump: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = LinkClient.commit

    def cut(self: LinkClient, digest: int, override: str = "") -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(story.Story, "receive", lambda _: b"")
            return whole(self, digest, override)

    monkeypatch.setattr(LinkClient, "commit", cut)
    typed = pump("program host_tools/examples/week.toml --yes --json")
    error = error_of(typed, "not safe", 6)
    assert error["next"] == "picodose status --port sim:errors"
    digest = pump.json("status")["digest"]
    assert f"{digest:08x}" in error["safe"]  # it was carried out, and nobody repeated it


def test_a_mistake_of_our_own_is_told_as_one(
    pump: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("host_tools.cli.commands.look.whole", lambda *_: 1 / 0)
    typed = pump("status --json")
    error_of(typed, "fault", 1)
    assert "ZeroDivisionError" in typed.err


def test_boards_are_listed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "/dev/ttyACM1", "/dev/ttyACM0")
    assert ports.boards()[0] == Found("/dev/ttyACM0", "E66", "Pico")


def test_a_pico_that_waits_for_its_firmware_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not ports.in_bootsel(tmp_path)
    (tmp_path / "1-1").mkdir()
    (tmp_path / "1-1" / "idVendor").write_text("2e8a\n")
    (tmp_path / "1-1" / "idProduct").write_text("0003\n")
    assert ports.in_bootsel(tmp_path)
    plug_in(monkeypatch)
    monkeypatch.setattr(ports, "in_bootsel", lambda: True)
    assert "BOOTSEL" in error_of(PLAIN("status --json"), "port", 3)["cause"]


@pytest.mark.req("LNK-2")
def test_a_monitor_marks_what_is_old_and_goes_on_when_the_pump_is_back(
    pump: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    send = story.Story.send

    def torn(self: story.Story, data: bytes) -> None:
        if not 4 < (self.now_ns - begun_ns) / 1e9 < 12:  # for 8 s the cable carries nothing
            send(self, data)

    def look(screen: monitor.Screen) -> None:
        shown.append(str(screen.picture()[0])[:5])

    begun_ns = pump.json("status")["uptime_ms"] * 1_000_000
    monkeypatch.setattr(story.Story, "send", torn)
    monkeypatch.setattr(monitor.Screen, "_show", look)
    told = pump.json('monitor --for "20 s"')
    assert told["stale"] is False
    first = shown.index("STALE")
    assert 0 < first < len(shown) - 1 and shown[-1] != "STALE"


def test_a_monitor_that_ends_with_old_data_says_so(
    pump: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = LinkClient.status
    calls: list[int] = []

    def once(self: LinkClient) -> Any:
        calls.append(1)
        if len(calls) > 1:
            monkeypatch.setattr(story.Story, "send", lambda *_: None)
        return status(self)

    monkeypatch.setattr(LinkClient, "status", once)
    assert "STALE" in pump('monitor --for "3 s"').out


def test_ctrl_c_is_for_the_command_and_not_for_the_pump_in_the_same_process(
    pump: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = VirtualPico.run_for

    def press(self: VirtualPico, ms: float) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        whole(self, ms)

    before = pump.json("status")
    monkeypatch.setattr(VirtualPico, "run_for", press)
    typed = pump('sim wait "1 h" --json')
    error_of(typed, "no", 9)
    monkeypatch.undo()
    story._LIVE.clear()  # played again it comes to the same place
    after = pump.json("status")
    assert (after["state"], after["boot"]) == ("running", before["boot"])
    assert 60_000 <= after["uptime_ms"] - before["uptime_ms"] < 60_100


def test_the_version_is_told() -> None:
    assert PLAIN("--version").out == f"picodose {VERSION}\n"
