"""A scale's log as (minutes, uL at the tip): read from CSV, or written to it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from host_tools.link.errors import PumpError

Sample = tuple[float, float]
"""Minutes since the pump was started, uL that had left the tip by then."""

_MINUTES = {"time_s": 1 / 60, "time_min": 1.0}
_VOLUMES = {"volume_ul": 1.0, "volume_ml": 1000.0}
_MASSES = {"mass_mg": 1.0, "mass_g": 1000.0}  # mg


class ScaleLogError(PumpError):
    """A scale's log cannot be used."""

    family = "file"

    def __init__(self, what: str, cause: str, command: str) -> None:
        safe = "No pump was asked; nothing was changed."
        super().__init__(what, safe=safe, cause=cause, command=command)


def from_csv(file: TextIO, name: str, density_ug_ml: int) -> list[Sample]:
    """Read a log whose first line names its columns: time_s or time_min, and mass_mg, mass_g,
    volume_ul or volume_ml; others are passed over. density_ug_ml: what 1 mL shows on the scale.

    The first row is minute 0 and volume 0. Raises ScaleLogError with the line's number.
    """
    reader = csv.DictReader(file)
    heads = reader.fieldnames or []
    time = next((head for head in heads if head in _MINUTES), None)
    amount = next((head for head in heads if head in _VOLUMES or head in _MASSES), None)
    if time is None or amount is None:
        raise _unusable(name, 1, f"its columns are {', '.join(heads) or 'none'}")
    ul = _VOLUMES.get(amount) or _MASSES[amount] * 1_000_000 / density_ug_ml
    found: list[Sample] = []
    for row in reader:
        try:
            sample = float(row[time]) * _MINUTES[time], float(row[amount]) * ul
        except (TypeError, ValueError):
            raise _unusable(name, reader.line_num, "a value is no number") from None
        if found and not sample[0] > found[-1][0]:
            raise _unusable(name, reader.line_num, "its time is not after the line before")
        found.append(sample)
    if len(found) < 2:
        raise _unusable(name, reader.line_num, "it holds fewer than two readings")
    return [(t - found[0][0], v - found[0][1]) for t, v in found]


def to_csv(samples: Iterable[Sample], file: TextIO) -> None:
    """Write samples as from_csv reads them; open the file with newline=""."""
    writer = csv.writer(file)
    writer.writerow(("time_min", "volume_ul"))
    writer.writerows((f"{t:.4f}", f"{v:.4f}") for t, v in samples)


def volume_at(samples: Sequence[Sample], minute: float, since: int = 0) -> tuple[float, int]:
    """Volume at a minute, on the line between the readings around it, and the index of the reading
    before; since: where to begin to look. A minute outside the log gets its first or last volume.
    """
    at = since
    while at + 2 < len(samples) and samples[at + 1][0] <= minute:
        at += 1
    (t0, v0), (t1, v1) = samples[at], samples[at + 1]
    share = min(1.0, max(0.0, (minute - t0) / (t1 - t0)))
    return v0 + (v1 - v0) * share, at


def _unusable(name: str, line: int, why: str) -> ScaleLogError:
    return ScaleLogError(
        f"{name}, line {line}: {why}",
        "a scale's log needs a first line of names: time_s or time_min, and mass_mg, mass_g, "
        "volume_ul or volume_ml",
        "correct that line",
    )
