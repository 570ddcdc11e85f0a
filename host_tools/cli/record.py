"""The host's record, opened for the pump that is in reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host_tools.book import Book, default_path
from host_tools.book import Pump as Known
from host_tools.book.visits import keep_reading
from host_tools.cli import state, worlds
from host_tools.cli.desk import Pump
from host_tools.link.client import Reply


def where(port: str) -> Path:
    """The file of the record for a pump of that name, whether or not it is in reach."""
    if not worlds.is_simulated(port):
        return default_path()
    kind, _, name = port.partition(":")
    return state.beside(state.story(name, kind), "book")


@contextmanager
def opened(pump: Pump) -> Iterator[tuple[Book, Known]]:
    """The record and this pump's place in it; a simulated pump has one beside its story."""
    with Book(pump.world.book or default_path()) as book:
        yield book, book.meet(pump.hello, pump.world.name, pump.world.wall_s())


def note_status(pump: Pump, status: Reply) -> None:
    """Keep a status as it was read."""
    with opened(pump) as (book, known):
        keep_reading(book, known, status, pump.world.wall_s())
