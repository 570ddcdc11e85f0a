"""Logs for tests of the host's record, packed by the device's own code."""

from __future__ import annotations

from collections.abc import Iterable

from picodose import codes
from picodose.record.journal import pack_entry

HELLO = {"serial": "e66118604b", "profile": "therapy-step", "boot": 3, "version": "0.1.0"}
WALL_S = 848_000_000
HOUR_S = 3600


def entry(seq: int, boot: int = 1, kind: int = codes.EV_HOUR, a: int = 0, b: int = 0) -> bytes:
    """One entry, an hour after the one before it."""
    return pack_entry(seq, boot, kind, 0, seq * 3_600_000, WALL_S + seq * HOUR_S, a, b, 0)


def hours(seqs: Iterable[int], boot: int = 1) -> list[bytes]:
    """Entries of these numbers."""
    return [entry(seq, boot, a=100 + seq) for seq in seqs]
