"""Doses out of the log: what came due and what was moved in each hour, and every bolus.

The pump journals hourly the steps that it confirmed and the volume that it missed; ordered is the
sum of both. Steps count in the calibration that was in force. Prime and calibration runs are told
apart: they are no dose. Time without power has no line in the log and is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from host_tools.book.entries import Entry
from picodose import codes

HOUR_S = 3600
ORIGINS = {1: "clinician", 2: "schedule", 3: "patient's button", 4: "patient, over the link"}


@dataclass(frozen=True)
class Hour:
    """The hour that ended at wall_s, None where the pump did not know the time. Volumes in nL."""

    wall_s: int | None
    moved_nl: float
    missed_nl: float


@dataclass(frozen=True)
class Bolus:
    """ordered_nl; of it cancelled_nl never came, uncertain_nl was cut by a reset and may not
    have. `ended` False: it runs yet, or the log ends in it.
    """

    wall_s: int | None
    origin: str
    ordered_nl: int
    minutes: float
    cancelled_nl: int
    uncertain_nl: int
    ended: bool


def events(entries: Iterable[Entry]) -> list[Entry]:
    """The event log alone; the fault log repeats what stopped the pump."""
    return [entry for entry in entries if entry.ring == "events"]


def hours_of(entries: Sequence[Entry], nominal: Fraction) -> list[Hour]:
    """Every hour that the log tells; nominal: nL of a step before the first calibration."""
    found, nl_per_step, run_steps = [], nominal, Fraction(0)
    boot, missed_before = -1, 0
    for entry in events(entries):
        if entry.boot != boot:
            boot, missed_before, run_steps = entry.boot, 0, Fraction(0)
        if entry.kind == "EV_CALIBRATED":
            nl_per_step = Fraction(entry.a, entry.b)
        elif entry.kind == "EV_RUN_END":
            run_steps += entry.a / nl_per_step  # in the ratio that it was ordered by
        elif entry.kind == "EV_HOUR":
            moved = max(0.0, float((entry.a - run_steps) * nl_per_step))
            found.append(Hour(entry.wall_s, moved, max(0, entry.b - missed_before)))
            missed_before, run_steps = entry.b, Fraction(0)
    return found


def boluses_of(entries: Sequence[Entry]) -> list[Bolus]:
    """Every bolus that was begun, in order."""
    ends = {}
    for entry in events(entries):
        if entry.kind in ("EV_BOLUS_END", "EV_BOLUS_CUT"):
            ends[entry.c] = entry
    return [
        _bolus(entry, ends.get(entry.c))
        for entry in events(entries)
        if entry.kind == "EV_BOLUS_BEGIN"
    ]


def missed_by_cause(entries: Sequence[Entry]) -> dict[str, int]:
    """nL that were ordered and will not come, by the reason that the pump gives."""
    found: dict[str, int] = {}
    for entry in events(entries):
        if entry.kind == "EV_MISSED":
            cause = codes.name_of(entry.b).removeprefix("AL_").replace("_", " ").lower()
        elif entry.kind == "EV_BOLUS_MISSED":
            cause = "scheduled bolus left out"
        else:
            continue
        found[cause] = found.get(cause, 0) + (entry.a if entry.kind == "EV_MISSED" else entry.b)
    return found


def _bolus(begin: Entry, end: Entry | None) -> Bolus:
    origin = ORIGINS.get(begin.c & 15, f"origin {begin.c & 15}")
    cut = end is not None and end.kind == "EV_BOLUS_CUT"
    cancelled, uncertain = 0, 0
    if end is not None:
        uncertain = end.b if cut else 0
        cancelled = max(0, begin.a - end.a - end.b) if cut else end.b
    minutes = begin.b / 60_000
    return Bolus(begin.wall_s, origin, begin.a, minutes, cancelled, uncertain, end is not None)
