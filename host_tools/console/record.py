"""What the console leaves in the host's record, and the journal as the page shows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from host_tools import words
from host_tools.book import IN_MEMORY, Book, BookError, Pump, pull, visits
from host_tools.book.entries import Entry, sequence_of
from host_tools.link.client import LinkClient

SHOWN = 50
PULL_S = 1.0
READING_S = 60.0
"""Real time between two readings of the status that are kept."""
_ENDS = ("EV_ALARM", "EV_ALARM_CLEAR")
_FAULTS_TOO = ("EV_ALARM",)


class Record:
    """One book, open as long as the console; lines: newest first; heard: codes of alarms that a
    person has acknowledged.
    """

    def __init__(self, path: Path | str) -> None:
        self._book = Book(path)
        self._pump: Pump | None = None
        self._read = (-1, -1)  # events and faults that the pump had at the last pull
        self._judged = -1  # the last event that `heard` knows
        self._pulled_s = self._kept_s = float("-inf")
        self.lines: tuple[str, ...] = ()
        self.heard: set[int] = set()
        self.trouble = ""

    def meet(self, hello: Mapping[str, Any], world: str, wall_s: int) -> None:
        """A pump has said hello: a session begins."""
        self._pump = self._book.meet(hello, world, wall_s)
        self._read = (-1, -1)

    def follow(self, client: LinkClient, status: Mapping[str, Any], now_s: float) -> None:
        """Read the pump's log on, if it has grown and some time has passed; raises PumpError."""
        ends = (status["events"], status["faults"])
        if self._pump is None or ends == self._read or now_s < self._pulled_s + PULL_S:
            return
        self._pulled_s = now_s
        told = pull(self._book, self._pump, client)
        if told.changed:
            self.trouble = " ".join(one.sentence() for one in told.changed)
        self._read = ends
        self._judge()
        self.lines = tuple(_line(entry) for entry in reversed(self._newest()))

    def keep_status(self, status: Mapping[str, Any], wall_s: int, now_s: float, due: bool) -> None:
        """Keep a status as it was read, once a minute and when something was done."""
        if due or now_s >= self._kept_s + READING_S:
            self._kept_s = now_s
            self._keep(visits.keep_reading, status, wall_s)

    def keep_nominal(self, summary: Mapping[str, Any], wall_s: int) -> None:
        """The profile's nominal value was accepted: a calibration without a weighing."""
        fit = (int(summary["new_nl"]), int(summary["new_steps"]), int(summary["worst_ppm"]))
        self._keep(visits.keep_calibration, visits.Calibration(wall_s, 0, (), *fit))

    def keep_trial(self, what: str, note: str, wall_s: int) -> None:
        """A step of a trial."""
        self._keep(visits.keep_trial, visits.TrialStep(wall_s, what, note))

    def keep_explanation(self, why: str, wall_s: int) -> None:
        """Why the residue was another than expected."""
        self._keep(visits.keep_explanation, wall_s, why)

    def _keep(self, how: Callable[..., object], *facts: object) -> None:
        """What the pump has done already does not fail because it cannot be written down."""
        try:
            if self._pump is not None:
                how(self._book, self._pump, *facts)
        except sqlite3.Error as problem:
            self.trouble = f"the record is not kept: {problem}"

    def close(self) -> None:
        """Let the file go."""
        self._book.close()

    def _judge(self) -> None:
        """Which alarms were acknowledged since they began."""
        assert self._pump is not None
        for entry in self._book.entries(self._pump, 0, self._judged):
            self._judged = entry.seq
            if entry.kind == "EV_ALARM_ACK":
                self.heard.add(entry.a)
            elif entry.kind in _ENDS:
                self.heard.discard(entry.a)
            elif entry.kind == "EV_BOOT":
                self.heard.clear()

    def _newest(self) -> list[Entry]:
        """The last entries; of the faults those that no event tells."""
        assert self._pump is not None
        found: list[Entry] = []
        for ring in (0, 1):
            raw = self._book.newest(self._pump, ring)
            if raw is not None:
                since = sequence_of(raw) - SHOWN
                found += self._book.entries(self._pump, ring, since)
        found = [one for one in found if one.ring == "events" or one.kind not in _FAULTS_TOO]
        return sorted(found, key=lambda one: (one.boot, one.mono_ms))[-SHOWN:]


def _line(entry: Entry) -> str:
    """When and what."""
    if entry.wall_s is None:
        return f"boot {entry.boot}, {words.about(entry.mono_ms)}: {entry.words()}"
    return f"{words.moment(entry.wall_s)} {entry.words()}"


def opened(path: Path | str) -> Record:
    """The record of that name; one that cannot be opened is told, and memory takes its place."""
    try:
        return Record(path)
    except BookError as error:
        record = Record(IN_MEMORY)
        record.trouble = f"nothing is kept: {error.what}"
        return record
