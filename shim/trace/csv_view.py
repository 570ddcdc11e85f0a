"""Tables: the day's log, and single edges, as CSV with units in the header."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from shim.trace.day import Day
from shim.trace.recorder import Recorder

DOSE_LOG_HEADER = (
    "t_s", "clock", "rate_nl_h", "programmed_nl", "dispensed_nl", "difference_nl",
    "reservoir_nl", "battery_mv", "alarms",
)  # fmt: skip


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a table; returns its number of rows. Same rows, same bytes on every machine."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def write_dose_log(day: Day, path: Path, every_s: int = 60) -> int:
    """Write the day at a fixed interval, from its first to its last instant."""
    times = [*range(0, int(day.duration_s), every_s), day.duration_s]
    return write_rows(path, DOSE_LOG_HEADER, (_dose_row(day, t_s) for t_s in times))


def write_edges(recorder: Recorder, path: Path, t0_ns: int, t1_ns: int) -> int:
    """Write every edge of every recorded line in [t0_ns, t1_ns), in time order."""
    rows = sorted(
        (t_ns, name, level)
        for name in recorder.tracks
        for t_ns, level in recorder.edges(name, t0_ns, t1_ns)
    )
    return write_rows(path, ("t_ns", "line", "level"), rows)


def _dose_row(day: Day, t_s: float) -> tuple[object, ...]:
    programmed_nl, dispensed_nl = day.programmed_nl.at(t_s), day.dispensed_nl.at(t_s)
    active = [a.name for a in day.alarms if a.start_s <= t_s < (a.end_s or float("inf"))]
    return (
        round(t_s), day.clock(t_s), round(day.rate_nl_h.at(t_s)), f"{programmed_nl:.1f}",
        f"{dispensed_nl:.1f}", f"{dispensed_nl - programmed_nl:.1f}",
        f"{day.reservoir_nl.at(t_s):.1f}", round(day.battery_mv.at(t_s)), " + ".join(active),
    )  # fmt: skip
