"""The figures that the year states: doses ordered and given, boluses, alarms. claims.py judges
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from host_tools.book.entries import Entry
from host_tools.year.evidence import Evidence
from host_tools.year.program import Program
from picodose import codes

SCHEDULE, BUTTON = 2, 3
UG_PER_NL_UG_ML = 1e-6
REFUSED_PRESS = ("PATIENT_LOCKOUT", "PATIENT_COUNT", "BUSY_BRIDGE", "BUSY_BOLUS")


@dataclass(frozen=True)
class Given:
    """A bolus that was begun; cancelled_nl of it never came."""

    t_s: float
    origin: int
    amount_nl: int
    cancelled_nl: int


@dataclass(frozen=True)
class AlarmTime:
    """An alarm of the journal, until it was over, or the end of the year."""

    code: int
    t0_s: float
    t1_s: float


@dataclass(frozen=True)
class Figures:
    """All that is stated. Masses in ug."""

    ordered_ug: float  # basal of the programs, and the boluses that were begun
    given_ug: float  # what left the catheter's tip
    boluses: Sequence[Given]
    refused_s: Sequence[float]  # presses that gave nothing
    alarms: Sequence[AlarmTime]
    refused: int  # the same, counted


def figures_of(evidence: Evidence) -> Figures:
    """Compute what the picture and the table say."""
    boluses = list(_given(evidence))
    ordered_ug = sum(
        float(s.basal_nl()) * s.program.conc_ug_ml * UG_PER_NL_UG_ML for s in evidence.stretches
    )
    for bolus in boluses:
        conc_ug_ml = program_at(evidence, bolus.t_s).conc_ug_ml
        nl = bolus.amount_nl - bolus.cancelled_nl
        ordered_ug += nl * conc_ug_ml * UG_PER_NL_UG_ML
    refused = list(_refused_presses(evidence.entries))
    return Figures(
        ordered_ug, evidence.samples[-1].mass_ug, boluses, _times(evidence, refused),
        alarm_times(evidence), len(refused),
    )  # fmt: skip


def program_at(evidence: Evidence, t_s: float) -> Program:
    """The program in force at an instant."""
    return [program for since_s, program in evidence.programs if since_s <= t_s + 1][-1]


def of_kind(entries: Iterable[Entry], kind: str) -> list[Entry]:
    """Entries of the event log of one kind."""
    return [entry for entry in entries if entry.ring == "events" and entry.kind == kind]


def alarm_times(evidence: Evidence) -> list[AlarmTime]:
    """Every alarm, from its raise to whatever ended it."""
    open_s: dict[int, float] = {}
    found = []
    for entry in evidence.entries:
        t_s = evidence.at(entry)
        if entry.ring != "events" or t_s is None:
            continue
        over = entry.kind == "EV_ALARM_CLEAR" or (entry.kind == "EV_ALARM_ACK" and entry.b == 1)
        if entry.kind == "EV_ALARM":
            open_s.setdefault(entry.a, t_s)
        elif over and entry.a in open_s:
            found.append(AlarmTime(entry.a, open_s.pop(entry.a), t_s))
    found += [AlarmTime(c, t_s, evidence.scenario.end_s) for c, t_s in open_s.items()]
    return sorted(found, key=lambda alarm: alarm.t0_s)


def _given(evidence: Evidence) -> Iterable[Given]:
    ends = {(e.c >> 4): e.b for e in of_kind(evidence.entries, "EV_BOLUS_END")}
    for entry in of_kind(evidence.entries, "EV_BOLUS_BEGIN"):
        t_s = evidence.at(entry)
        if t_s is not None:
            yield Given(t_s, entry.c & 15, entry.a, ends.get(entry.c >> 4, 0))


def _refused_presses(entries: Iterable[Entry]) -> Iterable[Entry]:
    for entry in of_kind(entries, "EV_REFUSED"):
        if codes.name_of(entry.a) in REFUSED_PRESS:
            yield entry


def _times(evidence: Evidence, entries: Iterable[Entry]) -> list[float]:
    return [t_s for t_s in map(evidence.at, entries) if t_s is not None]
