"""The real mpremote against an emulated board: install, reset, read back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.build import installed
from host_tools.link import LinkClient, SerialTransport
from shim.emulated.flash import ERASE_NS
from shim.emulated.image import read_files
from shim.emulated.pico import EmulatedPico
from shim.emulated.ptybridge import PtyBridge
from shim.emulated.repl import boot_to_prompt
from tests.emulator.conftest import BATTERY_MV, Boards
from tests.readme import MIP_STORY, ROOT, story
from tools.flash import Board

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
WALL_LIMIT_S = 120
BOOT_WALL_LIMIT_S = 300  # a boot is one virtual second: a minute where nothing is compiled
WATCHDOG_MS = 8_388
SLOW_ERASE_NS = 9_000_000_000  # one erase alone takes longer than the watchdog waits
GREETING = b"picodose: ready. Installed again."


def mpremote(path: str, *arguments: str) -> str:
    """Output of one mpremote command on the board at `path`; raises when it fails."""
    command = [sys.executable, "-m", "mpremote", "connect", path, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=WALL_LIMIT_S, check=True)
    return run.stdout


def test_mpremote_installs_a_file_resets_and_reads_it_back(tmp_path: Path) -> None:
    source = tmp_path / "note.txt"
    source.write_text("water only\n")
    pico = boot_to_prompt(EmulatedPico())
    with PtyBridge(pico) as bridge:
        mpremote(bridge.path, "fs", "cp", str(source), ":note.txt")
        mpremote(bridge.path, "reset")
        assert mpremote(bridge.path, "fs", "cat", ":note.txt") == "water only\n"
        assert mpremote(bridge.path, "exec", "print(6*7)").strip() == "42"
    pico.check()
    assert read_files(pico.flash_image()) == {"note.txt": b"water only\n"}


def changed_files() -> dict[str, bytes]:
    """What another greeting changes in an installation."""
    old = installed()
    new = installed(overlay={"main.py": old["main.py"].replace(b"picodose: ready.", GREETING)})
    return {name: content for name, content in new.items() if content != old.get(name)}


def wait_for(transport: SerialTransport, text: bytes) -> None:
    """Read the port until it has said `text`."""
    said = b""
    for _ in range(BOOT_WALL_LIMIT_S):
        said += transport.read(1_000_000_000)
        if text in said:
            return
    raise AssertionError(said[-600:])


@pytest.mark.req("SAF-1", "REC-4")
def test_mip_installs_the_package_on_a_blank_board_as_the_readme_types_it() -> None:
    pico = boot_to_prompt(EmulatedPico())
    pico.set_adc_mv(0, BATTERY_MV)
    with PtyBridge(pico) as bridge:
        for line in story(MIP_STORY):
            subprocess.run(
                ["bash", "-c", line.replace("/dev/ttyACM0", bridge.path)],
                cwd=ROOT, check=True, timeout=2 * BOOT_WALL_LIMIT_S,
            )  # fmt: skip
        Board(bridge.path).reset()
        transport = SerialTransport(bridge.path)
        wait_for(transport, b"picodose: ready.")
        client = LinkClient(transport, timeout_s=WALL_LIMIT_S)
        found = client.connect() | client.request("status", page=1)
        transport.close()
    assert (found["selftest"], found["active"]) == (0, ""), found
    there = read_files(pico.flash_image())
    wanted = installed()
    assert {name: there[name] for name in wanted} == wanted
    assert there["data/mark"] == b"used", "it was new, and has made its record"


@pytest.mark.req("SAF-1")
def test_the_running_pump_is_stopped_reinstalled_reset_and_asked_by_the_real_tools(
    boards: Boards,
) -> None:
    files = changed_files()
    assert sorted(files) == ["main.py", "manifest.txt"]

    def body(pico: EmulatedPico) -> dict[str, object]:
        with PtyBridge(pico) as bridge:
            board = Board(bridge.path)
            board.stop()
            begun_ns = pico.now_ns
            # Virtual seconds of copying cost minutes; a flash that erases slowly costs nothing.
            pico.chip.flash.erase_ns = SLOW_ERASE_NS
            board.send(files)
            pico.chip.flash.erase_ns = ERASE_NS
            copied_ms = (pico.now_ns - begun_ns) / 1e6
            board.reset()
            transport = SerialTransport(bridge.path)
            wait_for(transport, GREETING)
            client = LinkClient(transport, timeout_s=WALL_LIMIT_S)
            found = client.connect() | client.request("status", page=1) | {"copied_ms": copied_ms}
            transport.close()
            return found

    found = boards.run("pump", body, wall_limit_s=2 * BOOT_WALL_LIMIT_S)
    assert found["selftest"] == 0, "the manifest that was sent matches the files"
    assert found["reset"] == "forced"
    assert found["copied_ms"] > WATCHDOG_MS, "the watchdog sleeps while files are copied"
