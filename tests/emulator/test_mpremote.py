"""The real mpremote against an emulated board: install, reset, read back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shim.emulated.image import read_files
from shim.emulated.pico import EmulatedPico
from shim.emulated.ptybridge import PtyBridge
from shim.emulated.repl import boot_to_prompt

pytestmark = pytest.mark.emu
WALL_LIMIT_S = 60


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
    assert read_files(pico.flash_image()) == {"note.txt": b"water only\n"}
