"""One ring of one pump in the record: entries by sequence number, compared and never replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from host_tools.book.entries import RINGS, boot_of, sequence_of
from host_tools.book.errors import BookError
from host_tools.book.told import Changed, Gap, Told

Key = tuple[int, int, int]
"""Pump, volume, ring."""

_OF = " FROM entries WHERE pump = ? AND volume = ? AND ring = ?"
_OLDER = "the pump no longer held them when its log was first read"
_RESTART = "the pump restarted there; numbers of a block that a power cut tore are left out"
_LOST = "they were lost in the pump, or on their way"


def add(db: sqlite3.Connection, key: Key, raws: Sequence[bytes]) -> Told:
    """Insert what is new; raises BookError before anything is inserted."""
    seqs = [_seq_of(key, raw) for raw in raws]
    if any(b <= a for a, b in zip(seqs, seqs[1:], strict=False)):
        raise _bad(key, "its entries are not in order")
    if not seqs:
        return Told()
    had = dict(
        db.execute("SELECT seq, raw" + _OF + " AND seq BETWEEN ? AND ?", (*key, seqs[0], seqs[-1]))
    )
    changed = [
        Changed(key[2], seq, had[seq], raw)
        for seq, raw in zip(seqs, raws, strict=True)
        if had.get(seq, raw) != raw
    ][:1]
    end = changed[0].seq if changed else seqs[-1] + 1
    taken = [(seq, raw) for seq, raw in zip(seqs, raws, strict=True) if seq < end]
    new = [(*key, seq, raw) for seq, raw in taken if seq not in had]
    db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", new)
    return Told(len(new), len(taken) - len(new), (), tuple(changed))


def gaps(db: sqlite3.Connection, key: Key) -> list[Gap]:
    """Stretches of missing numbers, with what is known about why."""
    numbered = "SELECT seq, LAG(seq, 1, -1) OVER (ORDER BY seq) AS before" + _OF
    rows = db.execute(f"SELECT before, seq FROM ({numbered}) WHERE seq > before + 1", key)
    return [Gap(key[2], before + 1, seq - 1, _why(db, key, before, seq)) for before, seq in rows]


def newest(db: sqlite3.Connection, key: Key) -> bytes | None:
    """The entry with the highest number."""
    row = db.execute("SELECT raw" + _OF + " ORDER BY seq DESC LIMIT 1", key).fetchone()
    return None if row is None else bytes(row[0])


def raws(db: sqlite3.Connection, key: Key, since: int = -1) -> Iterator[bytes]:
    """Every entry with a number above `since`, in order."""
    rows = db.execute("SELECT raw" + _OF + " AND seq > ? ORDER BY seq", (*key, since))
    return (bytes(row[0]) for row in rows)


def _why(db: sqlite3.Connection, key: Key, before: int, after: int) -> str:
    if before < 0:
        return _OLDER
    boots = set()
    for seq in (before, after):
        (raw,) = db.execute("SELECT raw" + _OF + " AND seq = ?", (*key, seq)).fetchone()
        boots.add(boot_of(raw))
    return _RESTART if len(boots) == 2 else _LOST


def _seq_of(key: Key, raw: bytes) -> int:
    try:
        return sequence_of(raw)
    except ValueError as problem:
        raise _bad(key, str(problem)) from problem


def _bad(key: Key, what: str) -> BookError:
    return BookError(
        f"the log of {RINGS[key[2]]} was not taken: {what}",
        cause="it was changed on its way",
        command="read the log again",
    )
