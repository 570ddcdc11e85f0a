"""A flash image with a device folder installed, made once for each state of the folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shim.filesystem import FileSystem, device_files, install
from shim.flash import NorFlash


def prepared_image(folder: Path) -> bytes:
    """The flash of a board on which `folder` was installed; a pure function of the files."""
    return _image(folder, tuple((str(p), p.read_bytes()) for p in device_files(folder)))


@lru_cache(maxsize=8)
def _image(folder: Path, _contents: tuple[tuple[str, bytes], ...]) -> bytes:
    flash = NorFlash()
    fs = FileSystem(flash)
    fs.mount_or_format()
    install(fs, folder)
    return bytes(flash.data)
