"""The log as other programs read it: CSV for a spreadsheet, JSON lines for a script."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, TextIO

from host_tools.book.entries import Entry

EPOCH = datetime(2000, 1, 1)
COLUMNS = ("time", *(field.name for field in fields(Entry)), "words")


def local_time(wall_s: int | None) -> str:
    """Bench local time as 2026-11-22 14:03:09, "" where it is unknown."""
    return "" if wall_s is None else str(EPOCH + timedelta(seconds=wall_s))


def row_of(entry: Entry) -> dict[str, Any]:
    """An entry with its time in words; wall_s None: the pump did not know it in that boot."""
    return {"time": local_time(entry.wall_s), **entry.as_row()}


def write_csv(entries: Iterable[Entry], file: TextIO) -> None:
    """One line an entry below a line of names; open the file with newline=""."""
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows(row_of(entry) for entry in entries)


def write_jsonl(entries: Iterable[Entry], file: TextIO) -> None:
    """One JSON object a line."""
    file.writelines(json.dumps(row_of(entry)) + "\n" for entry in entries)
