"""What a visit leaves in the record beside the log: weighings, refills, a trial's steps, status.

Times: seconds since 2000-01-01, bench local time. A row that is there already is not added again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, ClassVar

from host_tools.book.store import Book, Pump

Point = Sequence[int]
"""One weighing: rate in nL/h, steps, weighed ug."""

TRIAL_STEPS = ("start", "score", "report", "convert", "end")


@dataclass(frozen=True)
class Calibration:
    """nl by steps is the fit that the pump computed of the raw points; off_ppm: the worst of them.

    No points: the profile's nominal value was accepted.
    """

    wall_s: int
    density_ug_ml: int
    points: tuple[tuple[int, ...], ...]
    nl: int
    steps: int
    off_ppm: int


@dataclass(frozen=True)
class Refill:
    """As the pump keeps it; date_s 0xFFFFFFFF: it did not know the time."""

    date_s: int
    expected_nl: int
    measured_nl: int
    filled_nl: int

    FIELDS: ClassVar = ("date_s", "expected_nl", "measured_nl", "filled_nl")


@dataclass(frozen=True)
class TrialStep:
    """One of TRIAL_STEPS, with what a person said to it."""

    wall_s: int
    what: str
    note: str


def keep_calibration(book: Book, pump: Pump, calibration: Calibration) -> None:
    """Keep a calibration that was committed, with its raw points."""
    c = calibration
    points = json.dumps(c.points, separators=(",", ":"))
    book.db.execute(
        "INSERT OR IGNORE INTO calibrations"
        " (pump, wall_s, density_ug_ml, points, nl, steps, off_ppm) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (pump.id, c.wall_s, c.density_ug_ml, points, c.nl, c.steps, c.off_ppm),
    )


def calibrations(book: Book, pump: Pump) -> list[Calibration]:
    """Every calibration, oldest first."""
    rows = book.db.execute(
        "SELECT wall_s, density_ug_ml, points, nl, steps, off_ppm FROM calibrations"
        " WHERE pump = ? ORDER BY id",
        (pump.id,),
    )
    return [
        Calibration(wall_s, density, tuple(tuple(point) for point in json.loads(points)), *fit)
        for wall_s, density, points, *fit in rows
    ]


def keep_refills(book: Book, pump: Pump, refills: Iterable[Refill]) -> int:
    """Keep refills, oldest first; returns how many were new."""
    with book.all_or_nothing() as db:
        return sum(
            db.execute(
                "INSERT OR IGNORE INTO refills"
                " (pump, date_s, expected_nl, measured_nl, filled_nl) VALUES (?, ?, ?, ?, ?)",
                (pump.id, *astuple(refill)),
            ).rowcount
            for refill in refills
        )


def refills(book: Book, pump: Pump) -> list[Refill]:
    """Every refill, oldest first."""
    rows = book.db.execute(
        "SELECT date_s, expected_nl, measured_nl, filled_nl FROM refills WHERE pump = ?"
        " ORDER BY id",
        (pump.id,),
    )
    return [Refill(*row) for row in rows]


def keep_explanation(book: Book, pump: Pump, wall_s: int, why: str) -> None:
    """Keep what a person said of a residue that was another than expected."""
    row = (pump.id, wall_s, why)
    book.db.execute("INSERT OR IGNORE INTO explanations VALUES (?, ?, ?)", row)


def explanations(book: Book, pump: Pump) -> list[tuple[int, str]]:
    """When a residue was explained and how, oldest first."""
    rows = book.db.execute(
        "SELECT wall_s, why FROM explanations WHERE pump = ? ORDER BY wall_s", (pump.id,)
    )
    return [(wall_s, why) for wall_s, why in rows]


def keep_trial(book: Book, pump: Pump, step: TrialStep) -> None:
    """Keep a step of a trial; raises ValueError for one that does not exist."""
    if step.what not in TRIAL_STEPS:
        raise ValueError(f"{step.what} is none of {TRIAL_STEPS}")
    book.db.execute(
        "INSERT OR IGNORE INTO trials (pump, wall_s, what, note) VALUES (?, ?, ?, ?)",
        (pump.id, *astuple(step)),
    )


def trials(book: Book, pump: Pump) -> list[TrialStep]:
    """Every step of a trial, oldest first."""
    rows = book.db.execute(
        "SELECT wall_s, what, note FROM trials WHERE pump = ? ORDER BY id", (pump.id,)
    )
    return [TrialStep(*row) for row in rows]


def keep_reading(book: Book, pump: Pump, status: Mapping[str, Any], wall_s: int) -> None:
    """Keep a status as it was read; wall_s: the host's clock."""
    text = json.dumps(dict(status), separators=(",", ":"))
    book.db.execute("INSERT OR REPLACE INTO readings VALUES (?, ?, ?)", (pump.id, wall_s, text))


def readings(book: Book, pump: Pump) -> list[tuple[int, dict[str, Any]]]:
    """Every status that was kept, with its time."""
    rows = book.db.execute(
        "SELECT wall_s, status FROM readings WHERE pump = ? ORDER BY wall_s", (pump.id,)
    )
    return [(wall_s, json.loads(text)) for wall_s, text in rows]
