"""The year on one page: all panels share one time axis in days, labelled with the months."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from host_tools.alarms import ALARMS
from host_tools.year.evidence import Evidence
from host_tools.year.figures import BUTTON, Figures
from host_tools.year.scenario import DAY_S, STALL_S
from profiles import active as profile
from shim.trace import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE_IN = (16.0, 11.3)  # A-format landscape
_SHORT_DAYS = 60  # a shorter run is labelled with dates


def year_picture(figures: Figures, evidence: Evidence, path: Path) -> None:
    """Draw it to `path` (png, svg or pdf by its ending): 300 dpi, landscape."""

    def draw() -> Figure:
        import matplotlib.pyplot as plt

        figure = _draw(figures, evidence)
        style.save(figure, path)
        plt.close(figure)
        return figure

    style.styled(draw)


def _draw(figures: Figures, evidence: Evidence) -> Figure:
    import matplotlib.pyplot as plt

    lanes = len({alarm.code for alarm in figures.alarms})
    ratios = [3.0, 1.9, 2.0, 1.9, 1.6, 0.4 + 0.34 * lanes]
    figure, axes = plt.subplots(
        6, 1, sharex=True, figsize=_SIZE_IN, gridspec_kw={"height_ratios": ratios, "hspace": 0.2}
    )
    figure.subplots_adjust(left=0.125, right=0.865, top=0.845, bottom=0.085)
    style.heading(figure, _title(figures, evidence), _subtitle(figures, evidence), _note(evidence))
    _dose(axes[0], evidence)
    _rate(axes[1], evidence)
    _presses(axes[2], figures, evidence)
    _reservoir(axes[3], evidence)
    _battery(axes[4], evidence)
    _alarms(axes[5], figures)
    _time_axis(axes[5], evidence)
    for panel in axes:
        _happenings(panel, evidence)
    _names(axes[0], evidence)
    return figure


def _title(figures: Figures, evidence: Evidence) -> str:
    days = evidence.scenario.days
    span = "A year" if days == 365 else f"{days} days"
    return f"{span} of ordinary use: {figures.given_ug / 1000:.1f} mg in {_ml(evidence):.1f} mL"


def _ml(evidence: Evidence) -> float:
    return evidence.samples[-1].dispensed_nl / 1e6


def _subtitle(figures: Figures, evidence: Evidence) -> str:
    s = evidence.scenario
    return (
        f"from {s.date(0):%Y-%m-%d}, virtual Pico: {len(s.visits_s())} visits, "
        f"{len(evidence.refills)} refills, {len(s.outages())} power losses, one stall; "
        f"ordered {figures.ordered_ug / 1000:.2f} mg, given {figures.given_ug / 1000:.2f} mg"
    )


def _note(evidence: Evidence) -> str:
    return (
        "Water only: fluid and doses are illustrative. The device's own code on virtual hardware; "
        f"doses given are what left the plant's catheter tip. Seed {evidence.scenario.seed}."
    )


def _dose(axes: Axes, evidence: Evidence) -> None:
    """What left the tip each day as bars, the basal and morning dose ordered as a line."""
    days = [s for s in evidence.samples if round(s.t_s) % DAY_S < 5 or s is evidence.samples[-1]]
    pairs = list(zip(days, days[1:], strict=False))
    lengths = [(b.t_s - a.t_s) / DAY_S for a, b in pairs]
    masses = [
        (b.mass_ug - a.mass_ug) / length for (a, b), length in zip(pairs, lengths, strict=True)
    ]
    begins = [a.t_s / DAY_S for a, _ in pairs]
    axes.bar(begins, masses, lengths, align="edge", color=style.PALE_BLUE, linewidth=0)
    since = [t_s / DAY_S for t_s, _ in evidence.programs] + [evidence.scenario.days]
    doses = [float(program.ug_day) for _, program in evidence.programs]
    axes.step(since, [*doses, doses[-1]], where="post", color=style.BLUE, linewidth=1.8)
    axes.set_ylim(0, max(*masses, *doses) * 1.12)
    style.panel(axes, "Dose", "µg a day")
    style.end_label(axes, doses[-1], "programmed", style.BLUE)
    style.end_label(axes, doses[-1], "given, with the", "#4f8fc4", -18)
    style.end_label(axes, doses[-1], "patient's boluses", "#4f8fc4", -32)


def _rate(axes: Axes, evidence: Evidence) -> None:
    """The day's basal rate: a stronger fluid needs less of it."""
    since = [t_s / DAY_S for t_s, _ in evidence.programs] + [evidence.scenario.days]
    rates = [program.day_nl_h / 1000 for _, program in evidence.programs]
    axes.fill_between(
        since, [*rates, rates[-1]], step="post", color=style.GREEN, alpha=0.18, linewidth=0
    )
    axes.step(since, [*rates, rates[-1]], where="post", color=style.GREEN, linewidth=1.8)
    axes.set_ylim(0, max(rates) * 1.3)
    style.panel(axes, "Rate by day", "µL/h")
    before = None
    for (t_s, program), rate in zip(evidence.programs, rates, strict=True):
        if program.conc_ug_ml != before:
            axes.annotate(
                f"{program.conc_ug_ml} µg/mL", (t_s / DAY_S, rate), (5, 7),
                textcoords="offset points", fontsize=11, color=style.GREEN, bbox=style.PLATE,
            )  # fmt: skip
        before = program.conc_ug_ml


def _presses(axes: Axes, figures: Figures, evidence: Evidence) -> None:
    """Presses of the button by day and hour: given, and refused."""
    shift_h = evidence.scenario.date(0).hour
    given = [bolus.t_s for bolus in figures.boluses if bolus.origin == BUTTON]
    for times, color, marker, name, at in (
        (given, style.ORANGE, "o", f"{len(given)} given", 18),
        (figures.refused_s, style.SOFT, "x", f"{figures.refused} refused", 12),
    ):
        wall_h = [t_s / 3600 + shift_h for t_s in times]
        x = [t_s / DAY_S for t_s in times]
        axes.scatter(x, [h % 24 for h in wall_h], s=14, c=color, marker=marker, linewidths=1)
        style.end_label(axes, at, name, color)
    axes.set_ylim(24, 0)
    axes.set_yticks([6, 12, 18], ["06:00", "12:00", "18:00"])
    style.panel(axes, "Button", "time of day")


def _reservoir(axes: Axes, evidence: Evidence) -> None:
    x = [s.t_s / DAY_S for s in evidence.samples]
    axes.plot(x, [s.reservoir_nl / 1e6 for s in evidence.samples], color=style.VIOLET, lw=1.8)
    axes.axhline(profile.RESERVOIR_LOW_NL / 1e6, color=style.SOFT, lw=1, ls=(0, (5, 3)))
    style.end_label(axes, profile.RESERVOIR_LOW_NL / 1e6, "low", style.SOFT)
    axes.set_ylim(0, 22)
    style.panel(axes, "Reservoir", "mL")


def _battery(axes: Axes, evidence: Evidence) -> None:
    loaded = [s for s in evidence.samples if s.motor_on]
    volts = [s.battery_mv / 1e3 for s in loaded]
    axes.plot([s.t_s / DAY_S for s in loaded], volts, color=style.ORANGE, lw=1.8)
    soon = profile.BATTERY_LOAD_MV[0] / 1e3
    axes.axhline(soon, color=style.SOFT, lw=1, ls=(0, (5, 3)))
    style.end_label(axes, soon, "replace soon", style.SOFT)
    style.panel(axes, "Battery", "V")


def _alarms(axes: Axes, figures: Figures) -> None:
    """One lane for each alarm."""
    order = list(dict.fromkeys(alarm.code for alarm in figures.alarms))
    for alarm in figures.alarms:
        lane, color = order.index(alarm.code), style.PRIORITY[ALARMS[alarm.code].priority]
        axes.plot(
            [alarm.t0_s / DAY_S, alarm.t1_s / DAY_S], [lane, lane], color=color, linewidth=7,
            solid_capstyle="round",
        )  # fmt: skip
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_yticks([])
    for lane, code in enumerate(order):
        style.end_label(axes, lane, ALARMS[code].name, style.PRIORITY[ALARMS[code].priority])
    style.panel(axes, "Alarms", "until ended")
    axes.grid(visible=False)


def _happenings(axes: Axes, evidence: Evidence) -> None:
    """Visits as thin lines, power losses and the stall as marked ones, in every panel."""
    s = evidence.scenario
    for t_s in s.visits_s():
        axes.axvline(t_s / DAY_S, color=style.GRID, linewidth=1.0, zorder=0)
    for outage in s.outages():
        axes.axvline(outage.at_s / DAY_S, color=style.LOSS, linewidth=1.2, zorder=0)
    stall_s = s.stall_s()
    axes.axvspan(stall_s / DAY_S, (stall_s + STALL_S) / DAY_S, color="#e7b3b3", zorder=0, lw=1.2)


def _names(axes: Axes, evidence: Evidence) -> None:
    s = evidence.scenario
    marks = [(t_s, f"{k + 1}", style.SOFT, 4) for k, t_s in enumerate(s.visits_s())]
    marks += [(outage.at_s, "power", style.SOFT, 19) for outage in s.outages()]
    marks.append((s.stall_s(), "stall", style.PRIORITY["high"], 19))
    for t_s, name, color, above_pt in marks:
        axes.annotate(
            name, (t_s / DAY_S, 1), (0, above_pt), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", fontsize=10.5, color=color,
        )  # fmt: skip
    axes.annotate(
        "visit", (0, 1), (-34, 4), xycoords="axes fraction", textcoords="offset points",
        ha="right", fontsize=10.5, color=style.SOFT,
    )  # fmt: skip


def _time_axis(axes: Axes, evidence: Evidence) -> None:
    s = evidence.scenario
    midnight_s = DAY_S - s.date(0).hour * 3600 - s.date(0).minute * 60
    axes.set_xlim(0, s.days)
    ticks, labels = [], []
    for day in range(s.days):
        date = s.date(0) + timedelta(seconds=midnight_s + day * DAY_S)
        if date.weekday() == 0 if s.days <= _SHORT_DAYS else date.day == 1:
            ticks.append(day + midnight_s / DAY_S)
            labels.append(f"{date:%b %Y}" if s.days > _SHORT_DAYS else f"{date:%a %d %b}")
    axes.set_xticks(ticks, labels, fontsize=11)
