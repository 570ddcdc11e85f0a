"""A flash image with a device folder installed, made once for each state of the folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from host_tools.build import AS_SOURCE, as_compiled
from host_tools.manifest import FRESH
from shim.filesystem import FileSystem, device_files, install
from shim.flash import NorFlash


def prepared_image(folder: Path, overlay: Mapping[str, bytes] | None = None) -> bytes:
    """The flash of a board on which `folder` was installed; a pure function of the files.

    `overlay` replaces or adds files: bytes by device path, as "profiles/active.py".
    """
    return _image(_read(folder, tuple(_state(folder))), tuple((overlay or {}).items()))


def _state(folder: Path | str) -> Iterator[tuple[str, int, int]]:
    """What tells whether a file of the folder has changed: its path, time and size."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _state(entry.path)
        else:
            found = entry.stat()
            yield entry.path, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _read(folder: Path, _state: tuple[tuple[str, int, int], ...]) -> tuple[tuple[str, bytes], ...]:
    files = device_files(folder)
    return tuple((p.relative_to(folder).as_posix(), p.read_bytes()) for p in files)


def built_image(folder: Path, overlay: Mapping[str, bytes] | None = None) -> bytes:
    """The same with the joined program that a board gets, as text: the sources fill three quarters
    of the flash, and a month of journal does not fit beside them.
    """
    sources = dict(_read(folder, tuple(_state(folder)))) | dict(overlay or {})
    texts = {name: text.decode() for name, text in sources.items() if name.endswith(".py")}
    files = {name: sources[name] for name in AS_SOURCE}
    files |= {name: text.encode() for name, text in as_compiled(texts).items()}
    return _image(tuple(sorted(files.items())), ())


@lru_cache(maxsize=8)
def _image(files: tuple[tuple[str, bytes], ...], overlay: tuple[tuple[str, bytes], ...]) -> bytes:
    flash = NorFlash()
    fs = FileSystem(flash)
    fs.mount_or_format()
    install(fs, dict(files) | dict(overlay))
    for path, content in FRESH.items():
        fs.make_folder(path.split("/")[0])
        fs.write_bytes(path, content)
    return bytes(flash.data)
