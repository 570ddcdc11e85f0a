"""What `picodose flash` and `make repl` do: the real mpremote, with checks around it.

Installing stops the pump first, removes what does not belong on the board (an old `.py` would be
found before the new `.mpy`), compares every file there with what was sent, and resets.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import serial
from serial.tools import list_ports

from host_tools.manifest import FRESH

RASPBERRY_PI = 0x2E8A  # USB vendor of every Pico that runs MicroPython
FIRMWARE = (1, 27)
_ANSWERS_WITHIN = 10  # tries of a second each: a reset and a new USB enumeration take about 3 s

NO_BOARD = """\
No Pico was found.
  1. Plug it in with a cable that carries data.
  2. No MicroPython on it yet? Hold BOOTSEL while plugging it in, and copy the official
     firmware (RPI_PICO, v1.27.0, a .uf2 file) to the drive that appears.
  3. Linux forbids it? `sudo usermod -a -G dialout $USER`, then log in again.
  4. Name the port yourself: make repl PORT=/dev/ttyACM0
No board at hand? `make sim` runs the same firmware without one."""

SEVERAL = "Several boards are connected. Say which one:\n{choices}"

NO_ANSWER = """\
{port} does not give its prompt: {why}
  * Another program may hold the port: close it.
  * With a key enrolled the prompt is closed: hold SERVICE from power-on for 3 s, release it,
    then repeat this command.
  * Unplug the board, plug it in again."""

# Runs on the board: its version, and the hash of every file of ours.
LOOK = """\
import binascii, hashlib, json, os, sys
found = {}
def digest(path):
    made, block = hashlib.sha256(), bytearray(512)
    with open(path, "rb") as file:
        while True:
            n = file.readinto(block)
            if not n:
                return binascii.hexlify(made.digest()).decode()
            made.update(memoryview(block)[:n])
def walk(path, name, kind):
    if kind != 0x4000:
        found[path[1:]] = digest(path)
    else:
        for entry in os.ilistdir(path):
            walk(path + "/" + entry[0], entry[0], entry[1])
for entry in os.ilistdir("/"):
    if entry[0] in ("boot.py", "main.py", "manifest.txt", "picodose", "profiles"):
        walk("/" + entry[0], entry[0], entry[1])
print(json.dumps({"version": list(sys.implementation[1][:3]), "files": found}))
"""


# Runs on the board: one that has no record may make one (device/picodose/custody.py).
FRESHEN = """\
import os
if "data" not in os.listdir("/"):
    os.mkdir("/data")
    with open("/%s", "wb") as file:
        file.write(%r)
"""

NO_RECORD = """
It had no program: a new board, or one whose file system was lost and made anew. If it was in use,
its settings, totals and journal are gone: program it afresh, and do not trust its reservoir."""


class Trouble(Exception):
    """Something that the person at the bench must mend; the text says how."""


def find_port(named: str | None) -> str:
    """The named port, or that of the only Pico; raises Trouble."""
    if named:
        return named
    ports: list[str] = [port.device for port in list_ports.comports() if port.vid == RASPBERRY_PI]
    if not ports:
        raise Trouble(NO_BOARD)
    if len(ports) > 1:
        choices = "\n".join(f"  make repl PORT={port}" for port in ports)
        raise Trouble(SEVERAL.format(choices=choices))
    return ports[0]


class Board:
    """A Pico at a serial port, reached through mpremote."""

    def __init__(self, port: str) -> None:
        self.port = port

    def mpremote(self, *arguments: str, timeout_s: float = 300) -> str:
        """One mpremote command without its soft reset, which would start the pump."""
        command = [*self.command(), "resume", *arguments]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise Trouble(NO_ANSWER.format(port=self.port, why="no reply")) from None
        if run.returncode:
            said = (run.stderr or run.stdout).strip().splitlines()
            raise Trouble(NO_ANSWER.format(port=self.port, why=said[-1] if said else "no reply"))
        return str(run.stdout)

    def command(self) -> list[str]:
        """mpremote of our own environment, for this port."""
        return [sys.executable, "-m", "mpremote", "connect", self.port]

    def stop(self) -> None:
        """Ctrl-C: the firmware stops the pump and resets into maintenance; wait for it."""
        try:
            with serial.serial_for_url(self.port, timeout=1, write_timeout=2) as line:
                line.write(b"\r\x03")
        except serial.SerialException as error:
            raise Trouble(NO_ANSWER.format(port=self.port, why=error)) from error
        for left in reversed(range(_ANSWERS_WITHIN)):
            time.sleep(1)
            try:
                self.mpremote("exec", "print('ready')", timeout_s=10)
                return
            except Trouble:
                if not left:
                    raise

    def look(self) -> tuple[tuple[int, ...], dict[str, str]]:
        """Firmware version, and path -> SHA-256 of every file of ours on the board."""
        found = json.loads(self.mpremote("exec", LOOK).strip().splitlines()[-1])
        return tuple(found["version"]), found["files"]

    def remove(self, names: Sequence[str]) -> None:
        """Delete files."""
        for name in names:
            self.mpremote("fs", "rm", f":{name}")

    def send(self, files: Mapping[str, bytes]) -> None:
        """Copy files, folders made as needed."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            parts = [str(part) for part in sorted(Path(folder).iterdir())]
            self.mpremote("fs", "cp", "-r", *parts, ":", timeout_s=900)

    def freshen(self) -> None:
        """Let a board without a record make one."""
        for path, content in FRESH.items():
            self.mpremote("exec", FRESHEN % (path, content))

    def reset(self) -> None:
        """Start the firmware that is now there."""
        self.mpremote("reset")


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Path -> SHA-256."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def install(board: Board, files: Mapping[str, bytes]) -> str:
    """Put exactly these files on the board and start them; raises Trouble.

    Returns a sentence that says what was done. Files that are there already are left alone.
    """
    board.stop()
    version, there = board.look()
    if version[:2] < FIRMWARE:
        said = ".".join(map(str, version))
        raise Trouble(f"The board runs MicroPython {said}; picodose needs 1.27 or newer.")
    wanted = hashes(files)
    board.remove([name for name in there if name not in wanted])
    new = {name: files[name] for name in files if there.get(name) != wanted[name]}
    if new:
        board.send(new)
    if board.look()[1] != wanted:
        raise Trouble("What the board holds is not what was sent. Repeat picodose flash.")
    board.freshen()
    board.reset()
    said = f"{len(new)} of {len(files)} files sent, all {len(files)} compared; the board restarts"
    return said if "main.py" in there else said + NO_RECORD


def main(arguments: Sequence[str] | None = None) -> int:
    """`make repl`: mpremote's prompt; 2 when a person has to do something first."""
    parser = argparse.ArgumentParser(prog="tools.flash", description=__doc__)
    parser.add_argument("--port", help="serial port; default: the only Pico there is")
    asked = parser.parse_args(arguments)
    try:
        board = Board(find_port(asked.port))
        board.mpremote("exec", "print('ready')", timeout_s=_ANSWERS_WITHIN)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2
    return subprocess.run([*board.command(), "resume", "repl"]).returncode


if __name__ == "__main__":
    sys.exit(main())
