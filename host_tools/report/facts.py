"""All that a report states, gathered from the record and the status of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from host_tools.alarms import ALARMS
from host_tools.book import Book, Gap, Pump, visits
from host_tools.book.entries import RINGS, Entry
from host_tools.book.visits import Calibration, Refill, TrialStep
from host_tools.pumps import profiles_by_name
from host_tools.report.doses import Bolus, Hour, boluses_of, events, hours_of, missed_by_cause
from picodose import codes

UNKNOWN_S = 0xFFFFFFFF


@dataclass(frozen=True)
class AlarmTime:
    """An alarm from its cause to its end; end_s None: it lasts. how: what ended it, if it has."""

    code: int
    start_s: int
    end_s: int | None
    how: str


@dataclass(frozen=True)
class Override:
    """Soft limits that a clinician passed by name."""

    wall_s: int | None
    what: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Accuracy:
    """A refill, and how far its residue was off what the pump had counted.

    drawn_nl: volume that the pump drew since the refill before, None where that is not known.
    """

    refill: Refill
    drawn_nl: int | None

    @property
    def gap_nl(self) -> int:
        """Measured minus expected residue; above 0 the pump gave less than it counted."""
        return self.refill.measured_nl - self.refill.expected_nl

    @property
    def percent(self) -> float | None:
        """Error of what was delivered, in percent of what was drawn."""
        return -100 * self.gap_nl / self.drawn_nl if self.drawn_nl else None


@dataclass(frozen=True)
class Facts:
    """The whole of it; status: as read at read_s, None where the pump was never read."""

    pump: Pump
    status: Mapping[str, Any] | None
    read_s: int | None
    span_s: tuple[int, int] | None
    hours: Sequence[Hour]
    boluses: Sequence[Bolus]
    missed: Mapping[str, int]
    alarms: Sequence[AlarmTime]
    overrides: Sequence[Override]
    refills: Sequence[Accuracy]
    explanations: Sequence[tuple[int, str]]
    calibrations: Sequence[Calibration]
    trials: Sequence[TrialStep]
    readings: Sequence[tuple[int, Mapping[str, Any]]]
    gaps: Sequence[Gap]
    counts: tuple[int, int]  # entries of both rings


def facts_of(
    book: Book, pump: Pump, status: Mapping[str, Any] | None = None, wall_s: int | None = None
) -> Facts:
    """Gather it; without a status the newest reading of the record stands for it."""
    entries = book.entries(pump)
    readings: list[tuple[int, Mapping[str, Any]]] = list(visits.readings(book, pump))
    if status is not None and wall_s is not None:
        readings = [row for row in readings if row[0] < wall_s] + [(wall_s, status)]
    read_s, newest = readings[-1] if readings else (None, None)
    times = [e.wall_s for e in entries if e.wall_s is not None] + [at for at, _ in readings]
    counts = [sum(e.ring == ring for e in entries) for ring in RINGS]
    return Facts(
        pump, newest, read_s, (min(times), max(times)) if times else None,
        hours_of(entries, _nominal(pump)), boluses_of(entries), missed_by_cause(entries),
        alarms_of(entries), overrides_of(entries), accuracies(visits.refills(book, pump)),
        visits.explanations(book, pump), visits.calibrations(book, pump),
        visits.trials(book, pump), readings,
        [gap for ring in range(len(RINGS)) for gap in book.gaps(pump, ring)],
        (counts[0], counts[1]),
    )  # fmt: skip


def alarms_of(entries: Sequence[Entry]) -> list[AlarmTime]:
    """Every alarm; a latched one lives through a restart, another one ends with it."""
    open_s: dict[int, int] = {}
    found, last_s = [], 0
    for entry in events(entries):
        last_s = last_s if entry.wall_s is None else entry.wall_s
        ended, how = _ended_by(entry, open_s)
        found += [AlarmTime(code, open_s.pop(code), last_s, how) for code in ended]
        if entry.kind == "EV_ALARM" and entry.wall_s is not None:
            open_s.setdefault(entry.a, entry.wall_s)
    found += [AlarmTime(code, at_s, None, "") for code, at_s in open_s.items()]
    return sorted(found, key=lambda alarm: alarm.start_s)


def _ended_by(entry: Entry, lasting: Iterable[int]) -> tuple[list[int], str]:
    if entry.kind == "EV_BOOT":
        return [code for code in lasting if not ALARMS[code].latched], "the pump restarted"
    if entry.kind == "EV_ALARM_CLEAR":
        return [code for code in lasting if code == entry.a], "cause gone"
    if entry.kind == "EV_ALARM_ACK" and entry.b == 1:
        return [code for code in lasting if code == entry.a], "acknowledged"
    return [], ""


def overrides_of(entries: Sequence[Entry]) -> list[Override]:
    """Every commit and bolus that named one."""
    found = []
    for entry in events(entries):
        mask = {"EV_COMMIT": entry.c, "EV_OVERRIDE": entry.a}.get(entry.kind, 0)
        names = tuple(name for bit, name in enumerate(codes.OVERRIDES) if mask >> bit & 1)
        if names:
            what = "prescription" if entry.kind == "EV_COMMIT" else f"bolus of {entry.b} nL"
            found.append(Override(entry.wall_s, what, names))
    return found


def accuracies(refills: Sequence[Refill]) -> list[Accuracy]:
    """Each refill beside what was drawn since the one before."""
    before: list[Refill | None] = [None, *refills[:-1]]
    return [
        Accuracy(refill, None if old is None else max(0, old.filled_nl - refill.expected_nl))
        for old, refill in zip(before, refills, strict=False)
    ]


def _nominal(pump: Pump) -> Fraction:
    profile = profiles_by_name().get(pump.profile)
    return Fraction(1) if profile is None else Fraction(profile.NL_NUM, profile.STEPS_DEN)
