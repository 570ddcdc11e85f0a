"""The pump's journal: read into the host's record, shown, followed, written out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from host_tools.book import Book, Told, pull
from host_tools.book import Pump as Known
from host_tools.book.entries import Entry
from host_tools.book.export import row_of, write_csv, write_jsonl
from host_tools.cli import record, typed
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import Problem

_EVERY_S = 1.0
_FOREVER_MS = 10**12


def log(
    desk: Desk,
    last: Annotated[int, typer.Option(help="entries to show")] = 20,
    faults: Annotated[bool, typer.Option("--faults", help="the fault log alone")] = False,
    csv: Annotated[Path | None, typer.Option(help="write all of it as CSV")] = None,
    jsonl: Annotated[Path | None, typer.Option(help="write all of it as JSON lines")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="go on until Ctrl-C")] = False,
    span: Annotated[str, typer.Option("--for", help='go on for so long, such as "10 min"')] = "",
    new_volume: Annotated[
        bool, typer.Option("--new-volume", help="the pump's flash was erased: begin its log anew")
    ] = False,
) -> None:
    """Read the journal on from what the host has, then show its end or write it to a file.

    Broken off, it goes on the next time from there. Gaps are told.

    Example: picodose log --last 50
    """
    span_ms = typed.span_ms(span) if span else _FOREVER_MS if follow else 0
    with desk.pump() as pump, record.opened(pump) as (book, known):
        if new_volume:
            known = book.new_volume(known)
        told = _pulled(desk, pump, book, known)
        ring = 1 if faults else None
        entries = book.entries(known, ring)
        shown = entries[-last:] if last else []
        desk.say(*(line(entry) for entry in shown))
        if span_ms:
            shown = [*shown, *_followed(desk, pump, book, known, span_ms)]
        for path, write in ((csv, write_csv), (jsonl, write_jsonl)):
            if path is not None:
                _write(path, write, entries)
        data = {"entries": [row_of(entry) for entry in shown], "new": told.new}
        data |= {"known": told.known, "gaps": len(told.gaps), "all": len(entries)}
        desk.result(data, *told.sentences())


def line(entry: Entry) -> str:
    """One entry as one line."""
    row = row_of(entry)
    when = row["time"] or f"boot {entry.boot}"
    return f"{entry.ring[0]}{entry.seq:<6}{when:20} {row['words']}"


def _pulled(desk: Desk, pump: Pump, book: Book, known: Known) -> Told:
    """Read what is new, with a bar."""
    with desk.progress("log", 1) as show:

        def step(_ring: int, have: int, of: int) -> None:
            show(have / max(of, 1))

        return pull(book, known, pump.client, step)


def _followed(desk: Desk, pump: Pump, book: Book, known: Known, span_ms: int) -> list[Entry]:
    """Show entries as they come, for a span of the pump's time or until Ctrl-C."""
    end_ns = pump.client.transport.now_ns() + span_ms * 10**6
    found: list[Entry] = []
    try:
        while pump.client.transport.now_ns() < end_ns:
            before = len(book.entries(known))
            desk.pace(pump, _EVERY_S)
            if pull(book, known, pump.client).new:
                fresh = book.entries(known)[before:]
                desk.say(*(line(entry) for entry in fresh))
                found += fresh
    except KeyboardInterrupt:
        pass
    return found


def _write(path: Path, write: Callable[[Any, TextIO], None], entries: list[Entry]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            write(entries, file)
    except OSError as error:
        raise Problem(
            "file",
            f"{path} cannot be written ({error})",
            safe="Reading a log changes nothing at the pump.",
            cause="another folder, or no right to write there",
            next_line="picodose log",
        ) from error
