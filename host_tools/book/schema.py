"""The tables of the host's record, version by version, and the way from one to the next.

A version is never edited once it has been used: a new one is added behind it. `user_version` of
the file says how many have been applied; each is applied whole or not at all.
"""

from __future__ import annotations

import sqlite3

from host_tools.book.errors import BookError

# An entry is kept as the device's own 32 bytes. `volume`: a pump whose flash was erased begins its
# numbers anew, and what was read before stays. Times: seconds since 2000-01-01, bench local time.
_FIRST = """
CREATE TABLE pumps (
    id INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE, profile TEXT NOT NULL,
    volume INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, pump INTEGER NOT NULL REFERENCES pumps, world TEXT NOT NULL,
    wall_s INTEGER NOT NULL, boot INTEGER NOT NULL, version TEXT NOT NULL
);
CREATE TABLE entries (
    pump INTEGER NOT NULL REFERENCES pumps, volume INTEGER NOT NULL, ring INTEGER NOT NULL,
    seq INTEGER NOT NULL, raw BLOB NOT NULL CHECK (length(raw) = 32),
    PRIMARY KEY (pump, volume, ring, seq)
) WITHOUT ROWID
"""

# What a journal entry has no room for: raw weighings, each refill, a trial's steps, and the status
# as it was read. A row that is there already is not added again.
_SECOND = """
ALTER TABLE sessions ADD COLUMN build TEXT NOT NULL DEFAULT '';
CREATE TABLE calibrations (
    id INTEGER PRIMARY KEY, pump INTEGER NOT NULL REFERENCES pumps, wall_s INTEGER NOT NULL,
    density_ug_ml INTEGER NOT NULL, points TEXT NOT NULL, nl INTEGER NOT NULL,
    steps INTEGER NOT NULL, off_ppm INTEGER NOT NULL, UNIQUE (pump, wall_s, points)
);
CREATE TABLE refills (
    id INTEGER PRIMARY KEY, pump INTEGER NOT NULL REFERENCES pumps, date_s INTEGER NOT NULL,
    expected_nl INTEGER NOT NULL, measured_nl INTEGER NOT NULL, filled_nl INTEGER NOT NULL,
    UNIQUE (pump, date_s, expected_nl, measured_nl, filled_nl)
);
CREATE TABLE trials (
    id INTEGER PRIMARY KEY, pump INTEGER NOT NULL REFERENCES pumps, wall_s INTEGER NOT NULL,
    what TEXT NOT NULL, note TEXT NOT NULL, UNIQUE (pump, wall_s, what, note)
);
CREATE TABLE readings (
    pump INTEGER NOT NULL REFERENCES pumps, wall_s INTEGER NOT NULL, status TEXT NOT NULL,
    PRIMARY KEY (pump, wall_s)
) WITHOUT ROWID
"""

# Why a residue was another than expected: the pump keeps that somebody has explained it, no words.
_THIRD = """
CREATE TABLE explanations (
    pump INTEGER NOT NULL REFERENCES pumps, wall_s INTEGER NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (pump, wall_s, why)
) WITHOUT ROWID
"""

VERSIONS: tuple[str, ...] = (_FIRST, _SECOND, _THIRD)


def upgrade(db: sqlite3.Connection, name: str) -> None:
    """Bring a record to the newest version; raises BookError for one from newer tools."""
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > len(VERSIONS):
        raise BookError(
            f"the record {name} is of version {found}, these tools know {len(VERSIONS)}",
            cause="newer host tools have written it",
            command="use those, or name another file",
        )
    for version in range(found, len(VERSIONS)):
        _apply(db, version)


def _apply(db: sqlite3.Connection, version: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if db.execute("PRAGMA user_version").fetchone()[0] == version:
            for statement in VERSIONS[version].split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {version + 1}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
