"""What an import found, to be told to a person: new entries, gaps, entries that were changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from host_tools.book.entries import RINGS, entry_of


@dataclass(frozen=True)
class Gap:
    """Sequence numbers from `first` to `last` of a ring that are not in the record."""

    ring: int
    first: int
    last: int
    why: str

    def sentence(self) -> str:
        """For a person."""
        count = self.last - self.first + 1
        return f"{RINGS[self.ring]} {self.first} to {self.last} are missing ({count}): {self.why}"


@dataclass(frozen=True)
class Changed:
    """A number that had other bytes when it was read before; got None: it is gone."""

    ring: int
    seq: int
    had: bytes
    got: bytes | None

    def sentence(self) -> str:
        """For a person."""
        had = entry_of(RINGS[self.ring], self.had).words()
        if self.got is None:
            return f"the pump's {RINGS[self.ring]} end before {self.seq}, which was read: {had}"
        got = entry_of(RINGS[self.ring], self.got).words()
        return f"{RINGS[self.ring]} {self.seq} was read as '{had}' before and is '{got}' now"


@dataclass(frozen=True)
class Told:
    """Of one import. `changed` not empty: that ring was read no further, and is kept as it was."""

    new: int = 0
    known: int = 0
    gaps: tuple[Gap, ...] = ()
    changed: tuple[Changed, ...] = ()

    def __add__(self, other: Told) -> Told:
        return Told(
            self.new + other.new,
            self.known + other.known,
            self.gaps + other.gaps,
            self.changed + other.changed,
        )

    def sentences(self) -> Iterator[str]:
        """Everything that a person must hear, the worst first."""
        yield from (one.sentence() for one in self.changed)
        if self.changed:
            yield (
                "Nothing was replaced. If the pump's flash was erased, begin a new volume beside "
                "the old one: picodose log --new-volume"
            )
        yield from (one.sentence() for one in self.gaps)
