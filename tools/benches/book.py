"""Speed of the host's record."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from host_tools.book import Book
from picodose import codes
from picodose.record.journal import pack_entry
from tools.bench import Figure

ENTRIES = 10_000
_HELLO = {"profile": "therapy-step", "boot": 1, "version": "0"}


def bench_import() -> Figure:
    """10,000 journal entries into a new record on disk (at least 5,000 a second: 2 s)"""
    raws = [pack_entry(n, 1, codes.EV_HOUR, 0, n, n, n, 0, 0) for n in range(ENTRIES)]
    with tempfile.TemporaryDirectory() as folder, Book(Path(folder) / "book.db") as book:
        pump = book.meet(_HELLO, "bench", 0)
        started = time.perf_counter()
        book.add(pump, 0, raws)
        return Figure(ENTRIES / (time.perf_counter() - started), "entries/s", ENTRIES / 2)
