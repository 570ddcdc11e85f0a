"""A flash image with a device folder installed, made once for each state of the folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from host_tools.manifest import FRESH
from shim.filesystem import FileSystem, device_files, install
from shim.flash import NorFlash


def prepared_image(folder: Path, overlay: Mapping[str, bytes] | None = None) -> bytes:
    """The flash of a board on which `folder` was installed; a pure function of the files.

    `overlay` replaces or adds files: bytes by device path, as "profiles/active.py".
    """
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in device_files(folder)}
    files.update(overlay or {})
    return _image(tuple(files.items()))


@lru_cache(maxsize=8)
def _image(files: tuple[tuple[str, bytes], ...]) -> bytes:
    flash = NorFlash()
    fs = FileSystem(flash)
    fs.mount_or_format()
    install(fs, dict(files))
    for path, content in FRESH.items():
        fs.make_folder(path.split("/")[0])
        fs.write_bytes(path, content)
    return bytes(flash.data)
