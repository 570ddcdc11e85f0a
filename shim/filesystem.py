"""littlefs on the flash model, mounted with MicroPython's geometry.

Invariant: after a power cut inside a call no further call reaches the flash, and the device gets
the cut, never an error it could handle.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from littlefs import LittleFSError, lfs
from littlefs.context import UserContext

from host_tools.manifest import FOR_THE_HOST, manifest
from host_tools.manifest import NAME as MANIFEST
from shim.flash import FAILED, PAGE_BYTES, SECTOR_BYTES, SECTOR_COUNT, NorFlash

GEOMETRY: dict[str, int] = {
    "block_size": SECTOR_BYTES,
    "block_count": SECTOR_COUNT,
    "read_size": 32,
    "prog_size": PAGE_BYTES,
    "cache_size": 4 * PAGE_BYTES,
    "lookahead_size": 32,
    "block_cycles": 100,
    "disk_version": 0x0002_0000,
}
"""ports/rp2/modules/_boot.py (progsize=256) and extmod/vfs_lfsx.c of v1.27.0."""

TYPE_DIRECTORY = 2


def os_error(code: int) -> OSError:
    """The OSError MicroPython raises: number first, its name as text."""
    return OSError(code, errno.errorcode.get(code, str(code)))


class _Bridge(UserContext):
    """littlefs's block device calls on the flash model.

    The C library cannot carry a Python exception: the first one is kept in `raised`, every
    further operation of the same call fails, and FileSystem.call raises it at the end.
    """

    def __init__(self, flash: NorFlash) -> None:
        self.flash = flash
        self.raised: BaseException | None = None

    def read(self, _cfg: Any, block: int, off: int, size: int) -> bytearray:
        start = block * SECTOR_BYTES + off  # straight from the data: a boot reads 20,000 times
        return self.flash.data[start : start + size]

    def prog(self, _cfg: Any, block: int, off: int, data: bytes) -> int:
        return self._keeping(lambda: self.flash.program(block, off, bytes(data)))

    def erase(self, _cfg: Any, block: int) -> int:
        return self._keeping(lambda: self.flash.erase(block))

    def sync(self, _cfg: Any) -> int:
        return 0

    def _keeping(self, operation: Callable[[], int]) -> int:
        if self.raised is not None:
            return FAILED
        try:
            return operation()
        except BaseException as error:  # noqa: BLE001 - raised again by FileSystem.call
            self.raised = error
            return FAILED


class FileSystem:
    """One littlefs on one flash; a power cut inside a call ends that call by its exception."""

    def __init__(self, flash: NorFlash) -> None:
        self._bridge = _Bridge(flash)
        self._config = lfs.LFSConfig(context=self._bridge, **GEOMETRY)
        self._fs = lfs.LFSFilesystem()

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a littlefs function; its error becomes the OSError the firmware raises."""
        error_code = 0
        result = None
        try:
            result = function(self._fs, *args)
        except LittleFSError as error:
            error_code = -error.code
        raised, self._bridge.raised = self._bridge.raised, None
        if raised is not None:
            raise raised
        if error_code:
            raise os_error(error_code)
        return result

    def mount(self) -> None:
        """Mount; raises OSError when the flash holds no readable file system."""
        self.call(lfs.mount, self._config)

    def format(self) -> None:
        """Make an empty file system."""
        self.call(lfs.format, self._config)

    def mount_or_format(self) -> bool:
        """What the firmware's _boot.py does: an unreadable file system is silently remade.

        Returns True when it was, and everything in it is lost.
        """
        try:
            self.mount()
            return False
        except OSError:
            self.format()
            self.mount()
            return True

    def exists(self, path: str) -> bool:
        """True for a file or folder."""
        try:
            self.call(lfs.stat, path)
        except OSError:
            return False
        return True

    def stat(self, path: str) -> Any:
        """littlefs's stat record: type, size, name."""
        return self.call(lfs.stat, path)

    def entries(self, path: str) -> Iterator[tuple[str, bool, int]]:
        """(name, is a folder, size) of a folder's entries, in littlefs's order."""
        handle = self.call(lfs.dir_open, path)
        try:
            while (record := self.call(lfs.dir_read, handle)) is not None:
                if record.name not in (".", ".."):
                    yield record.name, record.type == TYPE_DIRECTORY, record.size
        finally:
            self.call(lfs.dir_close, handle)

    def read_bytes(self, path: str) -> bytes:
        """A whole file."""
        handle = self.call(lfs.file_open, path, "r")
        try:
            return bytes(self.call(lfs.file_read, handle, self.call(lfs.file_size, handle)))
        finally:
            self.call(lfs.file_close, handle)

    def write_bytes(self, path: str, data: bytes) -> None:
        """Make or replace a whole file."""
        handle = self.call(lfs.file_open, path, "w")
        try:
            self.call(lfs.file_write, handle, data)
        finally:
            self.call(lfs.file_close, handle)

    def make_folder(self, path: str) -> None:
        """Make a folder; no error if it is there."""
        if not self.exists(path):
            self.call(lfs.mkdir, path)

    def used_blocks(self) -> int:
        """Sectors in use."""
        return int(self.call(lfs.fs_size))


def device_files(folder: Path) -> list[Path]:
    """The files of a device folder that go to the board, sorted: sources and data."""
    files = (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return sorted(p for p in files if p.name[0] != "." and p.name not in FOR_THE_HOST)


def install(fs: FileSystem, files: Mapping[str, bytes]) -> None:
    """Write files (bytes by path) to a mounted file system, with their manifest."""
    for path, content in files.items():
        for parent in reversed(PurePosixPath(path).parents[:-1]):
            fs.make_folder(parent.as_posix())
        fs.write_bytes(path, content)
    fs.write_bytes(MANIFEST, manifest(dict(files)))
