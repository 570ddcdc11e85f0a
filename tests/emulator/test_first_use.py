"""The README's way from a blank board to a dosing pump, typed line by line: the official firmware
in an emulated chip behind `make sim`, the real mpremote, the command line as a person starts it.
"""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from picodose import VERSION
from tests.readme import BOARD_STORY, ROOT, story

pytestmark = [pytest.mark.emu, pytest.mark.slow(300), pytest.mark.timeout(900)]
LINES = story(BOARD_STORY)
PORT, BENCH, SERIAL = "socket://127.0.0.1:4000", "socket://127.0.0.1:4001", "/dev/ttyACM0"
KEYS = {b"exit this shell": b"\r", b">>> ": b"\x1d"}  # what a person at the prompt types: Ctrl-]

# Command -> what it must have said, in the order of the README; a command may come twice.
SAID = (
    ("picodose flash --dry-run", "It runs no pump program"),
    ("picodose flash", r"(\d+) of \1 files sent, all \1 compared"),
    ("picodose flash", f"It answers: picodose {VERSION}"),
    ("picodose doctor", "BAD   clock"),
    ("picodose doctor", "BAD   calibration"),
    ("picodose enroll", r"Key 1 \(service\)"),
    ("picodose calibrate", "Good: a step moves"),
    ("picodose start", "running at"),
    ("picodose monitor", "calibrated"),
    ("picodose log", r"bolus \d+ of 1 µL over 20 s begins|bolus \d+ of 1000 nL over 20000 ms"),
    ("picodose report", "report.html"),
    ("picodose card", "Serial: f{16}"),
    ("picodose stop", "Stopped"),
    ("make repl", ">>>"),
    ("make flash", r"0 of (\d+) files sent, all \1 compared"),
    ("make flash", f"It answers: picodose {VERSION}"),
)


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """`make sim WORLD=blank` at free ports, hurried where the pump only waits: the README's names
    of them to the real ones.
    """
    command = ["make", "sim", "WORLD=blank", "PORT=0", "SPEED=3"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        assert server.stdout is not None
        said = "".join(server.stdout.readline() for _ in range(5))
        found = re.findall(r"socket://\S+", said)
        try:
            (serial,) = re.findall(r"/dev/\S+", said)
            yield {PORT: found[0], BENCH: found[1], SERIAL: serial}
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def test_every_line_from_a_blank_board_to_a_dosing_pump_goes_well(tmp_path: Path) -> None:
    homes = ("PICODOSE_STATE", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
    env = {**os.environ, **{name: str(tmp_path / name) for name in homes}, "COLUMNS": "100"}
    said: list[tuple[str, str]] = []
    with served() as names:
        for line in LINES[1:]:
            said.append((line, typed(f"{LINES[0]}\n{line}", names, env)))
    for command, wanted in SAID:
        heard = [text for line, text in said if line.startswith(command)]
        assert any(re.search(wanted, text) for text in heard), (command, wanted, heard)


def typed(lines: str, names: dict[str, str], env: dict[str, str]) -> str:
    """What comes of lines that somebody types; fails unless they end well. Only the prompt wants
    a terminal.
    """
    for name, real in names.items():
        lines = lines.replace(name, real)
    ours, theirs = terminal() if "make repl" in lines else os.pipe()
    with subprocess.Popen(
        ["bash", "-c", lines], cwd=ROOT, env=env, stdout=theirs, stderr=theirs,
        stdin=theirs if os.isatty(theirs) else subprocess.DEVNULL, start_new_session=True,
    ) as shell:  # fmt: skip
        os.close(theirs)
        said = _shown(ours)
        os.close(ours)
    assert shell.returncode == 0, f"{lines}\n{said}"
    return said


def terminal() -> tuple[int, int]:
    """Both ends of one that changes no key: mpremote asks for that only after it has said how it
    is left, and a key that comes between would be another one.
    """
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    return ours, theirs


def _shown(screen: int) -> str:
    """Everything until the program lets the terminal go; MicroPython's prompt is left at once."""
    said, keys = b"", dict(KEYS)
    while True:
        try:
            part = os.read(screen, 4096)
        except OSError:  # Linux says so when the other end is closed
            part = b""
        if not part:
            return said.decode(errors="replace").replace("\r\n", "\n")
        said += part
        for sight in [sight for sight in keys if sight in said and os.isatty(screen)]:
            os.write(screen, keys.pop(sight))
