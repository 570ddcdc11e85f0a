"""Years of the pump's writing, on the flash model alone: how often each sector is erased (REC-3).

The device's own rings and slots write through the same littlefs, beside a program of the size that
a board may have; only the hours between the writes are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from littlefs import lfs

import host_tools  # noqa: F401  (puts device/ on the path)
from picodose.record.journal import EVENT_FILES, Ring
from picodose.record.reservation import Reservation
from picodose.record.slots import SlotPair
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from tools.size import BUDGET_BYTES

_APPEND = lfs.LFSFileFlag(0x2 | 0x100 | 0x800)  # write only, create, append
DAYS_OF_TEN_YEARS = 3_653
LIMIT_ERASES = 20_000


class Store:
    """The store port of record/ on a file system of the bench."""

    def __init__(self, fs: FileSystem) -> None:
        self._fs = fs

    def read(self, name: str) -> bytes | None:
        """A whole file, None if there is none."""
        path = f"data/{name}"
        return self._fs.read_bytes(path) if self._fs.exists(path) else None

    def read_at(self, name: str, offset: int, length: int) -> bytes:
        """A piece of a file."""
        return (self.read(name) or b"")[offset : offset + length]

    def size(self, name: str) -> int:
        """Bytes of a file, 0 if there is none."""
        path = f"data/{name}"
        return int(self._fs.stat(path).size) if self._fs.exists(path) else 0

    def write(self, name: str, data: bytes) -> None:
        """Replace a file."""
        self._fs.write_bytes(f"data/{name}", data)

    def append(self, name: str, data: bytes) -> None:
        """Add to a file."""
        handle = self._fs.call(lfs.file_open, f"data/{name}", _APPEND)
        try:
            self._fs.call(lfs.file_write, handle, data)
        finally:
            self._fs.call(lfs.file_close, handle)

    def remove(self, name: str) -> None:
        """Delete a file if it is there."""
        if self._fs.exists(f"data/{name}"):
            self._fs.call(lfs.remove, f"data/{name}")


@dataclass(frozen=True)
class Use:
    """What a day writes: reservation records and journal entries, each entry at once."""

    records: int
    entries: int


TYPICAL = Use(100, 200)
"""A reservation each quarter of an hour, and the journal's 200 entries a day (REC-2)."""


class Board:
    """A file system as large as the board's, a program in it, the event log full."""

    def __init__(self) -> None:
        self.flash = NorFlash()
        fs = FileSystem(self.flash)
        fs.mount_or_format()
        fs.write_bytes("program", bytes(BUDGET_BYTES))
        fs.make_folder("data")
        store = Store(fs)
        self._slots, self._ring = SlotPair(store, "reserve"), Ring(store, "e", EVENT_FILES)
        self._record = Reservation()
        while self._ring.next_seq < EVENT_FILES * 128:
            self._add(urgent=False)

    def live(self, use: Use, days: int) -> list[int]:
        """Erases of each sector in all, after so many days more."""
        for number in range(days * use.records):
            self._record.seq30 = number
            self._slots.save(self._record.pack())
            begun = number * use.entries // use.records
            for _ in range((number + 1) * use.entries // use.records - begun):
                self._add(urgent=True)
        return list(self.flash.erases)

    def _add(self, urgent: bool) -> None:
        seq = self._ring.next_seq
        self._ring.add((1, 179, 0, seq * 432_000, None, seq, 0, 0), urgent, 0)


def in_ten_years(use: Use = TYPICAL, days: int = 120) -> float:
    """Erases of the busiest sector, carried on from so many days; high rather than low, for a
    directory stays a hundred erases in one place, and fewer days have fewer such stays to share.
    """
    return max(Board().live(use, days)) * DAYS_OF_TEN_YEARS / days
