"""The files that the day leaves in out/demo/."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from host_tools.demo.evidence import Evidence
from host_tools.demo.figures import Figures
from host_tools.demo.oracle import Outage
from profiles import active as profile
from shim.trace import csv_view, vcd
from shim.trace.day import Bolus, Day, Level, Mark, Series, Span

_NOON_S = 12 * 3600
_MINUTE_S = 60
_BEFORE_S = 20


def write_all(figures: Figures, evidence: Evidence, folder: Path) -> list[tuple[str, str]]:
    """Write every file in place of an earlier run's; returns (name, what it shows)."""
    folder.mkdir(parents=True, exist_ok=True)
    return [(name, write(figures, evidence, folder / name)) for name, write in WRITERS.items()]


def day_of(figures: Figures, evidence: Evidence) -> Day:
    """The day as the picture and the dose log want it."""
    s, order = evidence.scenario, evidence.order
    within = [x for x in evidence.samples if 0 <= x.t_s]
    times = [x.t_s for x in within]
    first_nl = evidence.readings[0].before.dispensed_nl
    programmed = [float(order.volume_nl(0, t_s)) for t_s in times]
    levels = zip(profile.BATTERY_LOAD_MV, ("replace soon", "low", "end"), strict=True)
    return Day(
        title=f"{evidence.title}: {programmed[-1] / 1000:.0f} µL of water",
        subtitle=_subtitle(figures, evidence), start_s=s.start_s, duration_s=s.duration_s,
        programmed_nl=Series(times, programmed),
        dispensed_nl=Series(times, [x.dispensed_nl - first_nl for x in within]),
        rate_nl_h=_rates(figures.outage, evidence),
        battery_mv=Series(times, [x.battery_mv for x in within]),
        reservoir_nl=Series(times, [x.reservoir_nl for x in within]),
        battery_levels=[Level(mv, name) for mv, name in levels],
        reservoir_levels=[Level(profile.RESERVOIR_LOW_NL, "low")],
        alarms=[a.span(s.wall_s(0)) for a in figures.alarms],
        boluses=_boluses(figures.outage, evidence),
        power_losses=[Span(s.cut_s, s.back_s, f"power lost, {s.off_s // 60} min")],
        clock_sets=[Mark(s.clock_set_s, "clock set")],
        missed_nl=figures.total.missed_nl, note=_note(evidence),
    )  # fmt: skip


def _subtitle(figures: Figures, evidence: Evidence) -> str:
    s = evidence.scenario
    return (
        f"{s.stamp(0)[:10]}, virtual Pico: power fails at {s.clock(s.cut_s)[:5]} for "
        f"{s.off_s // 60} min, nothing is made up; "
        f"missed {figures.total.missed_nl / 1000:.1f} µL"
    )


def _note(evidence: Evidence) -> str:
    return (
        "Water only. The device's own code on virtual hardware; programmed volume computed from "
        f"the prescription file alone. Seed {evidence.scenario.seed}."
    )


def _rates(outage: Outage, evidence: Evidence) -> Series:
    """The rate in force: none without power, the fallback without the time of day."""
    order = evidence.order
    cut_s, back_s, known_s = (float(x) for x in (outage.cut_s, outage.resumed_s, outage.known_s))
    points = [(float(t), rate) for t, rate in order.points if not cut_s <= t < known_s]
    points += [(cut_s, 0), (back_s, order.fallback_nl_h), (known_s, order.rate_nl_h(known_s))]
    points.sort()
    return Series([t for t, _ in points], [float(rate) for _, rate in points])


def _boluses(outage: Outage, evidence: Evidence) -> list[Bolus]:
    """What was given of each bolus."""
    found = []
    for bolus in evidence.order.boluses:
        start_s, end_s = bolus.start_s, bolus.start_s + bolus.duration_s
        if start_s < outage.cut_s:
            end_s = min(end_s, outage.cut_s) if end_s > outage.cut_s else end_s
        elif start_s < outage.known_s:
            continue
        amount = float(bolus.volume_nl(start_s, end_s))
        found.append(Bolus(float(start_s), float(end_s - start_s), amount))
    return found


def _picture(figures: Figures, evidence: Evidence, path: Path) -> str:
    from shim.trace.plot import day_picture

    day_picture(day_of(figures, evidence), path)
    return "the whole day on one time axis"


def _dose_log(figures: Figures, evidence: Evidence, path: Path) -> str:
    rows = csv_view.write_dose_log(day_of(figures, evidence), path)
    return f"programmed and dispensed volume, rate, battery, reservoir and alarms; {rows} minutes"


def window_s(evidence: Evidence) -> tuple[float, str]:
    """Start of the minute for pins.vcd and what it is about: the first bolus, else the first
    change of rate, else noon."""
    order, s = evidence.order, evidence.scenario
    if order.boluses:
        return max(0.0, float(order.boluses[0].start_s) - _BEFORE_S), "a bolus begins"
    if len(order.points) > 1:
        return order.points[1][0] - _BEFORE_S, "the rate changes"
    return float(min(_NOON_S - s.start_s, s.duration_s - _MINUTE_S)), "a steady rate"


def _pins(_figures: Figures, evidence: Evidence, path: Path) -> str:
    start_s, about = window_s(evidence)
    end_s = start_s + _MINUTE_S
    vcd.write_vcd(evidence.recorder, path, evidence.ns(start_s), evidence.ns(end_s))
    return f"all pins from {evidence.scenario.clock(start_s)} for a minute: {about} (GTKWave)"


def _sound(_figures: Figures, evidence: Evidence, path: Path) -> str:
    from shim.trace.wav import write_condensed

    seconds = write_condensed(path, evidence.notes)
    return f"what was heard around the first alarms, {seconds:.0f} s"


def _journal(_figures: Figures, evidence: Evidence, path: Path) -> str:
    stamp, day_s = evidence.scenario.stamp, evidence.scenario.wall_s(0)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for entry in evidence.entries:
            when = None if entry.wall_s is None else stamp(entry.wall_s - day_s)
            file.write(json.dumps({"at": when, **entry.as_row()}) + "\n")
    return f"{len(evidence.entries)} entries of the pump's journal"


WRITERS: dict[str, Callable[[Figures, Evidence, Path], str]] = {
    "day.png": _picture,
    "pins.vcd": _pins,
    "beeper.wav": _sound,
    "dose_log.csv": _dose_log,
    "journal.jsonl": _journal,
}
"""Each writes one file and returns what it shows."""
