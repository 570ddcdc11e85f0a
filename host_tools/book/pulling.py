"""Reads a pump's log into the book, from where the last reading ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from host_tools.book import visits
from host_tools.book.entries import RINGS, sequence_of
from host_tools.book.store import Book, Pump
from host_tools.book.told import Changed, Told
from host_tools.book.visits import Refill
from host_tools.link import LinkClient, RefusedError
from picodose import codes

Progress = Callable[[int, int, int], None]
"""Ring, numbers read of it, numbers that there are."""

_AT_ONCE = 60  # entries, ten replies: what a broken reading loses at most


def pull(book: Book, pump: Pump, client: LinkClient, progress: Progress = lambda *_: None) -> Told:
    """Read both rings on from what the book has. An interrupted reading goes on the next time.

    The newest known entry is read once more and compared: a pump whose log is another one is
    noticed. Raises PumpError where the link fails, BookError for a damaged entry.
    """
    page = client.request("status", page=2)
    ends = (int(page["events"]), int(page["faults"]))
    told = Told()
    for ring in range(len(RINGS)):
        step = partial(_step, progress, ring, ends[ring])
        told += _pull_ring(book, pump, client, ring, step)
    pull_refills(book, pump, client)
    return told


def pull_refills(book: Book, pump: Pump, client: LinkClient) -> int:
    """Take the refills that the pump keeps with their accuracy; returns how many were new."""
    found: list[Refill] = []
    count = 1
    while len(found) < count:
        try:
            row = client.request("refill_log", index=len(found))
        except RefusedError as refused:
            if refused.code != codes.RANGE:
                raise
            break  # never refilled
        count = int(row["count"])
        found.append(Refill(*(int(row[name]) for name in Refill.FIELDS)))
    return visits.keep_refills(book, pump, reversed(found))


def _step(progress: Progress, ring: int, of: int, have: int) -> None:
    progress(ring, have, of)


def _pull_ring(
    book: Book, pump: Pump, client: LinkClient, ring: int, progress: Callable[[int], None]
) -> Told:
    newest = book.newest(pump, ring)
    since = 0 if newest is None else max(sequence_of(newest) - 1, 0)
    told = Told()
    incoming = client.log(ring, since)
    first = next(incoming, None)
    if newest is not None and first is None:
        gone = Changed(ring, sequence_of(newest), newest, None)
        return Told(changed=(gone,))
    for batch in _batches(chain([first] if first else [], incoming)):
        told += book.add(pump, ring, batch)
        progress(sequence_of(batch[-1]) + 1)
        if told.changed:
            break
    return told + Told(gaps=tuple(book.gaps(pump, ring)))


def _batches(entries: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
