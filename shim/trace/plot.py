"""The day in one picture: all panels share one time axis, labelled with the time of day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shim.trace import style
from shim.trace.day import AlarmSpan, Bolus, Day, Level, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE_IN = (16.0, 11.3)  # A-format landscape
_HOUR = 3600.0
_NAMED_BOLUSES = 6  # with more of them the names would touch


def day_picture(day: Day, path: Path) -> None:
    """Draw the whole day to `path` (png, svg or pdf by its ending): 300 dpi, landscape."""

    def draw() -> Figure:
        import matplotlib.pyplot as plt

        figure = _draw(day)
        style.save(figure, path)
        plt.close(figure)
        return figure

    style.styled(draw)


def _draw(day: Day) -> Figure:
    import matplotlib.pyplot as plt

    lanes = max(1, len({a.name for a in day.alarms}))
    ratios = [3.4, 1.9, 1.7, 1.7, 0.5 + 0.36 * lanes]
    figure, axes = plt.subplots(
        5, 1, sharex=True, figsize=_SIZE_IN, gridspec_kw={"height_ratios": ratios, "hspace": 0.16}
    )
    figure.subplots_adjust(left=0.125, right=0.865, top=0.855, bottom=0.085)
    style.heading(figure, day.title, day.subtitle, day.note)
    _volume(axes[0], day)
    _rate(axes[1], day)
    _battery(axes[2], day)
    _reservoir(axes[3], day)
    _alarms(axes[4], day)
    _time_axis(axes[4], day)
    for panel in axes:
        _happenings(panel, day)
    _happening_names(axes[0], day)
    return figure


def _hours(series: Series) -> list[float]:
    return [t_s / _HOUR for t_s in series.t_s]


def _scaled(series: Series, factor: float) -> list[float]:
    return [value * factor for value in series.values]


def _volume(axes: Axes, day: Day) -> None:
    """Programmed as a broad pale road, dispensed as the thin line that should stay on it."""
    programmed, dispensed = _scaled(day.programmed_nl, 1e-3), _scaled(day.dispensed_nl, 1e-3)
    axes.plot(_hours(day.programmed_nl), programmed, color=style.PALE_BLUE, linewidth=7,
              solid_capstyle="butt")  # fmt: skip
    axes.plot(_hours(day.dispensed_nl), dispensed, color=style.BLUE, linewidth=1.8)
    axes.set_ylim(0, max(*programmed, *dispensed, 1.0) * 1.12)
    style.panel(axes, "Volume", "µL")
    apart = abs(programmed[-1] - dispensed[-1]) > 0.1 * axes.get_ylim()[1]
    shift = 0.0 if apart else 9.0 if programmed[-1] >= dispensed[-1] else -9.0
    at = dispensed[-1] if apart else programmed[-1]
    style.end_label(axes, programmed[-1], f"programmed {programmed[-1]:.1f}", "#4f8fc4", shift)
    style.end_label(axes, at, f"dispensed {dispensed[-1]:.1f}", style.BLUE, -shift)
    if day.missed_nl:
        style.end_label(
            axes, programmed[-1], f"missed {day.missed_nl / 1000:.1f}", style.SOFT, -27
        )


def _rate(axes: Axes, day: Day) -> None:
    hours, rates = _hours(day.rate_nl_h), _scaled(day.rate_nl_h, 1e-3)
    hours.append(day.duration_s / _HOUR)
    rates.append(rates[-1])
    axes.fill_between(hours, rates, step="post", color=style.GREEN, alpha=0.18, linewidth=0)
    axes.step(hours, rates, where="post", color=style.GREEN, linewidth=1.8)
    axes.set_ylim(0, max(*rates, 0.1))
    style.panel(axes, "Rate", "µL/h")
    style.end_label(axes, rates[-1], "basal", style.GREEN)
    _boluses(axes, day)


def _boluses(axes: Axes, day: Day) -> None:
    """Each bolus as a block on top of the basal rate. A very fast one may leave the panel: it
    must not flatten the basal rate."""
    basal = axes.get_ylim()[1]
    rates = [b.amount_nl / max(b.duration_s, 1.0) * 3.6 for b in day.boluses]
    below = [day.rate_nl_h.at(b.start_s) / 1000 for b in day.boluses]
    highest = max([basal, *(r + b for r, b in zip(rates, below, strict=True))])
    highest = min(highest, 2.5 * basal)
    axes.set_ylim(0, highest * (1.2 if day.boluses else 1.12))
    narrowest_h = day.duration_s / _HOUR / 300
    for bolus, rate, base in zip(day.boluses, rates, below, strict=True):
        width_h = max(bolus.duration_s / _HOUR, narrowest_h)
        axes.bar(bolus.start_s / _HOUR, rate, width_h, base, align="edge", color=style.ORANGE)
    few = len(day.boluses) <= _NAMED_BOLUSES
    for bolus in day.boluses if few else day.boluses[:1]:
        text = f"bolus {bolus.amount_nl / 1000:g} µL" if few else f"{len(day.boluses)} boluses"
        _bolus_name(axes, day, bolus, text, highest * 1.06)


def _bolus_name(axes: Axes, day: Day, bolus: Bolus, text: str, height: float) -> None:
    """All names at one height, beside their block, on its left when the day ends soon."""
    late = bolus.start_s > 0.85 * day.duration_s
    x = (bolus.start_s + (0 if late else bolus.duration_s)) / _HOUR
    axes.annotate(
        text, (x, height), (-6 if late else 6, 0), textcoords="offset points", va="center",
        ha="right" if late else "left", fontsize=11, color=style.ORANGE, bbox=style.PLATE,
    )  # fmt: skip


def _battery(axes: Axes, day: Day) -> None:
    volts = _scaled(day.battery_mv, 1e-3)
    axes.plot(_hours(day.battery_mv), volts, color=style.ORANGE, linewidth=1.8)
    _levels(axes, day.battery_levels, 1e-3, volts)
    style.panel(axes, "Battery", "V")


def _reservoir(axes: Axes, day: Day) -> None:
    volumes = _scaled(day.reservoir_nl, 1e-6)
    axes.plot(_hours(day.reservoir_nl), volumes, color=style.VIOLET, linewidth=1.8)
    _levels(axes, day.reservoir_levels, 1e-6, volumes)
    style.panel(axes, "Reservoir", "mL")


def _levels(axes: Axes, levels: Sequence[Level], factor: float, values: list[float]) -> None:
    """Thresholds near the curve as named dashed lines; a far one would flatten the curve."""
    low, high = min(values), max(values)
    reach = max(high - low, 0.02 * high)
    shown = [x for x in levels if low - 1.2 * reach <= x.value * factor <= high + reach]
    marks = [x.value * factor for x in shown]
    bottom, top = min([low, *marks]), max([high, *marks])
    room = 0.16 * max(top - bottom, 0.01 * top, 1e-6)
    axes.set_ylim(bottom - room, top + room)
    for mark, level in zip(marks, shown, strict=True):
        axes.axhline(mark, color=style.SOFT, linewidth=1.0, linestyle=(0, (5, 3)))
        style.end_label(axes, mark, level.label, style.SOFT)


def _alarms(axes: Axes, day: Day) -> None:
    """One lane a name, first heard on top; a short alarm still gets a visible tick."""
    names = list(dict.fromkeys(a.name for a in sorted(day.alarms, key=lambda a: a.start_s)))
    for alarm in day.alarms:
        start_h, end_h = _drawn_h(alarm, day)
        axes.barh(names.index(alarm.name), end_h - start_h, left=start_h, height=0.66,
                  color=style.PRIORITY[alarm.priority], linewidth=0)  # fmt: skip
    for lane, name in enumerate(names):
        _alarm_name(axes, lane, [a for a in day.alarms if a.name == name], day)
    axes.set_yticks([])
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    style.panel(axes, "Alarms", "")
    axes.spines["left"].set_visible(False)
    _priority_key(axes, day.alarms)


def _drawn_h(alarm: AlarmSpan, day: Day) -> tuple[float, float]:
    start_h = alarm.start_s / _HOUR
    end_h = (day.duration_s if alarm.end_s is None else alarm.end_s) / _HOUR
    return start_h, max(end_h, start_h + day.duration_s / _HOUR / 250)


def _alarm_name(axes: Axes, lane: int, alarms: Sequence[AlarmSpan], day: Day) -> None:
    """Time and name: before the first bar, or after the last, or in the bar if it fills all."""
    drawn = sorted(_drawn_h(a, day) for a in alarms)
    first_h, last_h, total_h = drawn[0][0], drawn[-1][1], day.duration_s / _HOUR
    text = f"{day.clock(min(a.start_s for a in alarms))[:5]}  {alarms[0].name}"
    if first_h > 0.3 * total_h:
        x, shift, side, color = first_h, -7, "right", style.INK
    elif last_h < 0.7 * total_h:
        x, shift, side, color = last_h, 7, "left", style.INK
    else:
        x, shift, side, color = first_h, 7, "left", style.PAPER
    axes.annotate(
        text, (x, lane), (shift, 0), textcoords="offset points", ha=side, va="center",
        fontsize=11, color=color, bbox=style.PLATE if color == style.INK else None,
    )  # fmt: skip


def _priority_key(axes: Axes, alarms: Sequence[AlarmSpan]) -> None:
    used = {a.priority for a in alarms}
    shown = [p for p in style.PRIORITY if p in used]
    for i, priority in enumerate(shown):
        axes.annotate(
            f"■ {priority}", (1, 0.5), (8, 9 * (len(shown) - 1) - 18 * i),
            xycoords="axes fraction", textcoords="offset points", va="center",
            fontsize=11, color=style.PRIORITY[priority],
        )  # fmt: skip
    if not shown:
        axes.text(0.01, 0.5, "none", transform=axes.transAxes, va="center", color=style.SOFT)


def _time_axis(axes: Axes, day: Day) -> None:
    """Ticks at whole hours of the day, about a dozen of them."""
    from matplotlib.ticker import FixedLocator

    total_h, first_h = day.duration_s / _HOUR, day.start_s / _HOUR
    step_h = next((s for s in (0.25, 0.5, 1, 2, 3, 6, 12, 24) if total_h / s <= 13), 48)
    start = -(-first_h // step_h) * step_h
    count = int((first_h + total_h - start) // step_h) + 1
    ticks = [start + k * step_h - first_h for k in range(count)]
    axes.set_xlim(0, total_h)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.set_xticklabels([day.clock(tick * _HOUR)[:5] for tick in ticks])
    axes.set_xlabel("time of day", color=style.SOFT, labelpad=6)


def _happenings(axes: Axes, day: Day) -> None:
    """Power losses and clock settings run through every panel."""
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    shortest_h = day.duration_s / _HOUR / 400
    for loss in day.power_losses:
        start_h, end_h = loss.start_s / _HOUR, loss.end_s / _HOUR
        axes.axvspan(start_h, max(end_h, start_h + shortest_h), color=style.LOSS, alpha=0.45,
                     linewidth=0, zorder=0.5)  # fmt: skip
    for mark in day.clock_sets:
        axes.axvline(mark.at_s / _HOUR, color=style.INK, linewidth=1.0, linestyle=(0, (2, 2)),
                     zorder=0.6)  # fmt: skip


def _happening_names(axes: Axes, day: Day) -> None:
    """Names above the top panel; each one a row higher when it would touch the one before."""
    named = [(x.start_s, x.label, style.SOFT) for x in day.power_losses]
    named += [(x.at_s, x.label, style.INK) for x in day.clock_sets]
    rows: list[float] = []  # right end of the last name in each row, hours
    for at_s, label, color in sorted(named):
        x, width = at_s / _HOUR, len(label) * 0.0062 * day.duration_s / _HOUR
        flip = x + width > day.duration_s / _HOUR * 1.1
        left = x - width if flip else x
        row = next((i for i, end in enumerate(rows) if end < left), len(rows))
        rows[row : row + 1] = [left + width]
        axes.annotate(
            label, (x, 1.0), (0, 5 + 15 * row), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="right" if flip else "left", va="bottom",
            fontsize=11, color=color,
        )  # fmt: skip
