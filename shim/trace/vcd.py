"""Recorded lines as a VCD file, to be looked at in GTKWave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from pathlib import Path

from vcd import VCDWriter
from vcd.writer import Variable

from shim.trace.recorder import Recorder

_UNIT_NS = {"1 ns": 1, "1 us": 1_000}


def write_vcd(
    recorder: Recorder,
    path: Path,
    t0_ns: int,
    t1_ns: int,
    *,
    lines: Iterable[str] | None = None,
    series: Iterable[str] = (),
    unit: str = "1 us",
) -> int:
    """Write the window [t0_ns, t1_ns) with time 0 at t0_ns; returns the number of changes.

    `unit` is "1 us" or "1 ns" (times are rounded down to it); raises KeyError for another one or
    for a line or series that was not recorded.
    """
    per_ns, names = _UNIT_NS[unit], sorted(recorder.tracks) if lines is None else list(lines)
    changes = 0
    with (
        path.open("w", encoding="ascii", newline="\n") as file,
        VCDWriter(file, timescale=unit, date="", comment=f"starts at {t0_ns} ns") as writer,
    ):
        variables: dict[str, Variable] = {}  # type: ignore[type-arg]
        for name in names:
            level = recorder.tracks[name].level_at(t0_ns - 1)
            variables[name] = writer.register_var("pins", name, "wire", size=1, init=level)
        for name in series:
            first = _value_at(recorder.series[name], t0_ns)
            variables[name] = writer.register_var("plant", name, "real", init=first)
        for t_ns, name, value in _changes(recorder, names, series, t0_ns, t1_ns):
            writer.change(variables[name], (t_ns - t0_ns) // per_ns, value)
            changes += 1
        writer.close((t1_ns - t0_ns) // per_ns)
    return changes


def _changes(
    recorder: Recorder, names: list[str], series: Iterable[str], t0_ns: int, t1_ns: int
) -> Iterator[tuple[int, str, float]]:
    """Everything that happens in the window, in time order."""
    sources: list[Iterator[tuple[int, str, float]]] = [
        _line(recorder, n, t0_ns, t1_ns) for n in names
    ]
    sources += [_series(recorder, name, t0_ns, t1_ns) for name in series]
    return merge(*sources, key=lambda change: change[0])


def _line(
    recorder: Recorder, name: str, t0_ns: int, t1_ns: int
) -> Iterator[tuple[int, str, float]]:
    for t_ns, level in recorder.edges(name, t0_ns, t1_ns):
        yield t_ns, name, level


def _series(
    recorder: Recorder, name: str, t0_ns: int, t1_ns: int
) -> Iterator[tuple[int, str, float]]:
    for t_ns, value in recorder.series[name]:
        if t0_ns <= t_ns < t1_ns:
            yield t_ns, name, value


def _value_at(points: list[tuple[int, float]], t_ns: int) -> float:
    """The last value up to t_ns, or the first one there is."""
    known = [value for at_ns, value in points if at_ns <= t_ns]
    return known[-1] if known else points[0][1]
