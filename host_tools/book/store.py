"""Book: the host's record of its pumps, in one SQLite file.

What was once read is never replaced: an entry that comes back with other bytes is told, and its
ring is read no further (told.py).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from host_tools.book import rings, schema
from host_tools.book.entries import RINGS, Entry, entry_of, with_wall_times
from host_tools.book.errors import BookError
from host_tools.book.told import Gap, Told

IN_MEMORY = ":memory:"
_WAIT_S = 5.0  # for another program that is writing


def default_path() -> Path:
    """$PICODOSE_BOOK, else picodose/book.db where programs of this user keep their data."""
    if named := os.environ.get("PICODOSE_BOOK"):
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "picodose" / "book.db"


@dataclass(frozen=True)
class Pump:
    """A pump that the book knows. volume: how often its log has begun, from 1."""

    id: int
    serial: str
    profile: str
    volume: int


class Book:
    """path: a file, made with its folder where it is missing, or IN_MEMORY. Raises BookError."""

    def __init__(self, path: Path | str = IN_MEMORY) -> None:
        self.name = str(path)
        try:
            if self.name != IN_MEMORY:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(self.name, timeout=_WAIT_S, isolation_level=None)
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA foreign_keys = ON")
            schema.upgrade(self.db, self.name)
        except (OSError, sqlite3.Error) as problem:
            raise _not_opened(self.name, problem) from problem

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        what: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self.db.close()

    @contextmanager
    def all_or_nothing(self) -> Iterator[sqlite3.Connection]:
        """What is written inside is kept as a whole, or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    def meet(self, hello: Mapping[str, Any], world: str, wall_s: int) -> Pump:
        """The pump that said this hello, noted with its session; wall_s: the host's clock.

        A firmware that tells no serial number is known by its profile.
        """
        serial = str(hello.get("serial") or f"profile:{hello['profile']}")
        with self.all_or_nothing() as db:
            db.execute(
                "INSERT INTO pumps (serial, profile) VALUES (?, ?)"
                " ON CONFLICT (serial) DO UPDATE SET profile = excluded.profile",
                (serial, hello["profile"]),
            )
            pump = self.pump(serial)
            db.execute(
                "INSERT INTO sessions (pump, world, wall_s, boot, version, build)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (pump.id, world, wall_s, hello["boot"], hello["version"], hello.get("build", "")),
            )
        return pump

    def pumps(self) -> list[Pump]:
        """Every pump, in the order in which they were met."""
        rows = self.db.execute("SELECT id, serial, profile, volume FROM pumps ORDER BY id")
        return [Pump(*row) for row in rows]

    def pump(self, serial: str) -> Pump:
        """The pump of that serial number; raises BookError."""
        for pump in self.pumps():
            if pump.serial == serial:
                return pump
        known = ", ".join(pump.serial for pump in self.pumps()) or "none"
        raise BookError(
            f"no pump {serial} in the record {self.name}",
            cause=f"it was never connected with this record; known are: {known}",
            command="picodose log",
        )

    def new_volume(self, pump: Pump) -> Pump:
        """The pump's flash was erased and its log begins anew; what was read before is kept."""
        self.db.execute("UPDATE pumps SET volume = volume + 1 WHERE id = ?", (pump.id,))
        return self.pump(pump.serial)

    def add(self, pump: Pump, ring: int, raws: Iterable[bytes]) -> Told:
        """Take a ring's entries (32 bytes each, ascending); what is known changes nothing.

        Raises BookError for a damaged entry or one out of order; then none of them is taken.
        """
        with self.all_or_nothing() as db:
            return rings.add(db, (pump.id, pump.volume, ring), list(raws))

    def gaps(self, pump: Pump, ring: int) -> list[Gap]:
        """Numbers that are not in the record, those before its first entry too."""
        return rings.gaps(self.db, (pump.id, pump.volume, ring))

    def newest(self, pump: Pump, ring: int) -> bytes | None:
        """The entry with the highest number, None while there is none."""
        return rings.newest(self.db, (pump.id, pump.volume, ring))

    def entries(self, pump: Pump, ring: int | None = None, since: int = -1) -> list[Entry]:
        """Decoded entries with numbers above `since`, one ring's or both, in order."""
        wanted = range(len(RINGS)) if ring is None else (ring,)
        found = [
            entry_of(RINGS[one], raw)
            for one in wanted
            for raw in rings.raws(self.db, (pump.id, pump.volume, one), since)
        ]
        return with_wall_times(found)


def _not_opened(name: str, problem: Exception) -> BookError:
    return BookError(
        f"the record {name} cannot be opened: {problem}",
        cause="no permission, no room, another program holds it, or it is no record at all",
        command="name another file with PICODOSE_BOOK",
    )
