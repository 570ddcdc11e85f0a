"""open(), io and os on the littlefs of the flash model."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable, Iterator
from typing import Any

from littlefs import lfs

from shim.errors import NotModelled
from shim.filesystem import FileSystem, os_error
from shim.flash import SECTOR_BYTES, SECTOR_COUNT
from shim.modules.context import Pico

READ, WRITE, CREATE, EXCLUSIVE, TRUNCATE, APPEND = 1, 2, 0x100, 0x200, 0x400, 0x800
MODES = {
    "r": READ,
    "w": WRITE | CREATE | TRUNCATE,
    "a": WRITE | CREATE | APPEND,
    "x": WRITE | CREATE | EXCLUSIVE,
}
EBADF, EINVAL = 9, 22
NAME_BYTES_MAX = 255
OPEN_NS = 100_000
"""Reading a directory and the first block: below 1 ms on the firmware in the emulator."""


def _flags(mode: str) -> int:
    flags = 0
    for letter in mode:
        flags |= MODES.get(letter, READ | WRITE if letter == "+" else 0)
    return flags or READ


class BinaryFile:
    """An open file; its data are in the flash after flush() or close() only."""

    def __init__(self, fs: FileSystem, path: str, mode: str) -> None:
        self._fs = fs
        self._allowed = _flags(mode)
        self._handle = fs.call(lfs.file_open, path, lfs.LFSFileFlag(self._allowed))

    def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        if self._handle is None:
            raise os_error(EBADF)
        wanted = {lfs.file_read: READ, lfs.file_write: WRITE}.get(function, 0)
        if wanted & ~self._allowed:  # littlefs asserts: nothing tells what a board would do
            raise NotModelled("a file is read or written against the mode it was opened with")
        return self._fs.call(function, self._handle, *args)

    def read(self, size: int = -1) -> Any:
        """`size` bytes, or all that are left."""
        if size < 0:
            size = max(self._call(lfs.file_size) - self._call(lfs.file_tell), 0)
        return bytes(self._call(lfs.file_read, size))

    def readinto(self, buffer: Any, size: int | None = None) -> int:
        """Fill a buffer as far as the file goes; the number of bytes."""
        count = len(buffer) if size is None else size
        data = bytes(self._call(lfs.file_read, count))
        buffer[: len(data)] = data
        return len(data)

    def readline(self, size: int = -1) -> Any:
        """Up to and including a newline."""
        line = bytearray()
        while len(line) != size and not line.endswith(b"\n"):
            byte = self._call(lfs.file_read, 1)
            if not byte:
                break
            line += byte
        return bytes(line)

    def write(self, data: Any, size: int | None = None) -> int:
        """Write; the number of bytes."""
        return int(self._call(lfs.file_write, bytes(data if size is None else data[:size])))

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; the new position."""
        return int(self._call(lfs.file_seek, offset, whence))

    def tell(self) -> int:
        """The position."""
        return int(self._call(lfs.file_tell))

    def flush(self) -> None:
        """Bring what was written into the flash."""
        self._call(lfs.file_sync)

    def close(self) -> None:
        """flush() and end; harmless twice."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            self._fs.call(lfs.file_close, handle)

    def __enter__(self) -> BinaryFile:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        while line := self.readline():
            yield line


class TextFile(BinaryFile):
    """An open file read and written as UTF-8."""

    def read(self, size: int = -1) -> Any:
        return super().read(size).decode()

    def readline(self, size: int = -1) -> Any:
        return super().readline(size).decode()

    def write(self, data: Any, size: int | None = None) -> int:
        text = data.encode() if isinstance(data, str) else data
        return super().write(text, size)


def _plain(path: str) -> str:
    return path.strip("/") or "."


def make_open(pico: Pico) -> Callable[..., BinaryFile]:
    """The built-in open() of this boot."""

    def open(file: str, mode: str = "r", buffering: int = -1, encoding: str = "") -> BinaryFile:
        pico.cpu.spend(OPEN_NS)
        kind = BinaryFile if "b" in mode else TextFile
        return kind(pico.fs, _plain(file), mode)

    return open


def make_io(pico: Pico) -> dict[str, Any]:
    """The names of `io` for this boot."""
    return {
        "open": make_open(pico),
        "BytesIO": io.BytesIO,
        "StringIO": io.StringIO,
        "IOBase": type("IOBase", (), {}),
    }


def _listing(pico: Pico) -> dict[str, Callable[..., Any]]:
    def ilistdir(path: str = "") -> Iterator[tuple[str, int, int, int]]:
        for name, is_folder, size in list(pico.fs.entries(_plain(path))):
            yield name, stat.S_IFDIR if is_folder else stat.S_IFREG, 0, 0 if is_folder else size

    def os_stat(path: str) -> tuple[int, ...]:
        record = pico.fs.stat(_plain(path))
        folder = record.type == lfs.LFSStat.TYPE_DIR
        kind = stat.S_IFDIR if folder else stat.S_IFREG
        return (kind, 0, 0, 0, 0, 0, 0 if folder else record.size, 0, 0, 0)

    def statvfs(_path: str) -> tuple[int, ...]:
        free = SECTOR_COUNT - pico.fs.used_blocks()
        size = SECTOR_BYTES
        return (size, size, SECTOR_COUNT, free, free, 0, 0, 0, 0, NAME_BYTES_MAX)

    def listdir(path: str = "") -> list[str]:
        return [entry[0] for entry in ilistdir(path)]

    return {"ilistdir": ilistdir, "listdir": listdir, "stat": os_stat, "statvfs": statvfs}


def _changing(pico: Pico) -> dict[str, Callable[..., Any]]:
    def calling(function: Callable[..., Any]) -> Callable[..., None]:
        def call(*paths: str) -> None:
            pico.cpu.spend(OPEN_NS)
            pico.fs.call(function, *[_plain(path) for path in paths])

        return call

    remove = calling(lfs.remove)
    return {
        "remove": remove,
        "unlink": remove,
        "rmdir": remove,
        "mkdir": calling(lfs.mkdir),
        "rename": calling(lfs.rename),
    }


def make_os(pico: Pico) -> dict[str, Any]:
    """The names of `os` that have a model."""
    names: dict[str, Any] = {
        "sep": "/",
        "sync": lambda: None,
        "getcwd": lambda: "/",
        "urandom": pico.random_bytes,
        "uname": lambda: ("rp2", "rp2", "1.27.0", "v1.27.0", "Raspberry Pi Pico with RP2040"),
    }
    names.update(_listing(pico))
    names.update(_changing(pico))
    return names
