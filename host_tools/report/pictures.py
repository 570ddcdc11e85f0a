"""The report's pictures: SVG text that stands in the page and takes its colours from it.

Each is drawn twice, for a wide page and for a narrow one. Colours are the page's CSS variables,
so that one picture is right by day and by night.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from host_tools.alarms import ALARMS
from host_tools.book.export import EPOCH
from host_tools.report.doses import HOUR_S, ORIGINS
from host_tools.report.facts import Facts
from shim.trace import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DAY_S = 24 * HOUR_S
_HOURLY_S = 4 * DAY_S  # a longer record is drawn by days
# What is drawn in these colours gets the page's variable of that name.
_VARIABLES = {
    style.INK: "ink", style.SOFT: "soft", style.GRID: "grid", style.BLUE: "blue",
    style.ORANGE: "orange", style.GREEN: "green", style.VIOLET: "violet", style.LOSS: "loss",
    style.PRIORITY["high"]: "high", style.PRIORITY["medium"]: "medium",
    style.PRIORITY["low"]: "low",
}  # fmt: skip
_MARKS = dict(zip(ORIGINS.values(), "osD^", strict=True))


@dataclass(frozen=True)
class Size:
    """A page's width in inches, and how many ticks of time it has room for."""

    name: str
    width_in: float
    ticks: int


SIZES = (Size("wide", 11.0, 9), Size("narrow", 3.9, 4))


def pictures(facts: Facts) -> dict[str, dict[str, str]]:
    """Picture name to size name to SVG; nothing while the record has no time in it."""
    if facts.span_s is None or facts.span_s[0] == facts.span_s[1]:
        return {}
    drawn: dict[str, Callable[[Facts, Size], Figure]] = {"doses": _doses}
    if facts.alarms:
        drawn["alarms"] = _alarms
    if len(facts.readings) > 1:
        drawn["supplies"] = _supplies
    return {
        name: {size.name: _svg(facts, size, name, draw) for size in SIZES}
        for name, draw in drawn.items()
    }


def _svg(facts: Facts, size: Size, name: str, draw: Callable[[Facts, Size], Figure]) -> str:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    def drawn() -> Figure:
        return draw(facts, size)

    own = {"svg.hashsalt": f"{name}-{size.name}", "svg.fonttype": "none", "font.size": 9}
    file = io.StringIO()
    figure = style.styled(drawn)
    with mpl.rc_context(cast(Any, {**style.RC, **own})):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    plt.close(figure)
    return _in_page(file.getvalue(), name)


def _in_page(svg: str, name: str) -> str:
    """Only the element itself, as wide as its place, in the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'<svg ([^>]*?)height="[^"]*" ', r"<svg \1", svg, count=1)
    svg = re.sub(r'width="[\d.]+pt"', f'width="100%" role="img" aria-label="{name}"', svg, count=1)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for color, variable in _VARIABLES.items():
        svg = svg.replace(color, f"var(--{variable})")
    return svg


def _panels(size: Size, heights: Sequence[float]) -> tuple[Figure, list[Axes]]:
    import matplotlib.pyplot as plt

    height_in = sum(heights) + 0.75
    figure, axes = plt.subplots(
        len(heights), 1, sharex=True, squeeze=False, figsize=(size.width_in, height_in),
        gridspec_kw={"height_ratios": list(heights)},
    )  # fmt: skip
    figure.subplots_adjust(
        left=0.55 / size.width_in, right=1 - 0.18 / size.width_in, bottom=0.36 / height_in,
        top=1 - 0.26 / height_in, hspace=0.34,
    )  # fmt: skip
    return figure, list(axes[:, 0])


def _titled(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=9, color=style.SOFT, pad=5)
    axes.grid(axis="y", color=style.GRID, linewidth=0.8)
    axes.tick_params(length=3, labelsize=9)


def _time_axis(axes: Axes, facts: Facts, size: Size) -> None:
    """Midnights, or hours in a short record, as many as there is room for."""
    assert facts.span_s is not None
    first_s, last_s = facts.span_s
    steps_s = [HOUR_S * k for k in (1, 2, 3, 6, 12)] + [DAY_S * k for k in (1, 2, 7, 14, 30, 91)]
    step_s = next((s for s in steps_s if (last_s - first_s) / s <= size.ticks), 365 * DAY_S)
    ticks = list(range(-(-first_s // step_s) * step_s, last_s + 1, step_s))
    form = "%d %b" if step_s >= DAY_S else "%H:%M\n%d %b"
    labels = [(EPOCH + timedelta(seconds=at)).strftime(form) for at in ticks]
    margin_s = (last_s - first_s) * 0.015
    axes.set_xlim(first_s - margin_s, last_s + margin_s)
    axes.set_xticks(ticks, labels)


def _doses(facts: Facts, size: Size) -> Figure:
    assert facts.span_s is not None
    span_s = facts.span_s[1] - facts.span_s[0]
    bin_s, unit = (HOUR_S, "hour") if span_s <= _HOURLY_S else (DAY_S, "day")
    figure, (axes,) = _panels(size, [2.4])
    moved: dict[int, float] = {}
    missed: dict[int, float] = {}
    for hour in facts.hours:
        if hour.wall_s is None:
            continue
        at_s = (hour.wall_s - 1) // bin_s * bin_s
        moved[at_s] = moved.get(at_s, 0) + hour.moved_nl / 1000
        missed[at_s] = missed.get(at_s, 0) + hour.missed_nl / 1000
    at = sorted(moved)
    heights = [moved[s] for s in at]
    axes.bar(at, heights, 0.9 * bin_s, align="edge", color=style.BLUE, alpha=0.8)
    axes.bar(at, [missed[s] for s in at], 0.9 * bin_s, heights, align="edge", color=style.LOSS)
    top = max([1.0, *(moved[s] + missed[s] for s in at)])
    axes.set_ylim(0, top * 1.22)
    for bolus in facts.boluses:
        if bolus.wall_s is not None:
            axes.plot(bolus.wall_s, top * 1.12, _MARKS.get(bolus.origin, "x"), markersize=5,
                      color=style.ORANGE, markeredgewidth=0)  # fmt: skip
    _titled(axes, f"µL each {unit}")
    _time_axis(axes, facts, size)
    return figure


def _alarms(facts: Facts, size: Size) -> Figure:
    assert facts.span_s is not None
    order = list(dict.fromkeys(alarm.code for alarm in facts.alarms))
    figure, (axes,) = _panels(size, [0.33 * len(order) + 0.2])
    first_s, last_s = facts.span_s
    least_s = (last_s - first_s) / 120
    for alarm in facts.alarms:
        end_s = last_s if alarm.end_s is None else alarm.end_s
        color = style.PRIORITY[ALARMS[alarm.code].priority]
        width_s = max(end_s - alarm.start_s, least_s)
        axes.barh(order.index(alarm.code), width_s, left=alarm.start_s, height=0.34, color=color)
    for lane, code in enumerate(order):
        axes.annotate(ALARMS[code].name, (0, lane), (2, 7), xycoords=("axes fraction", "data"),
                      textcoords="offset points", fontsize=9, color=style.INK)  # fmt: skip
    axes.set_ylim(len(order) - 0.6, -0.95)
    axes.set_yticks([])
    _titled(axes, "from cause to end")
    axes.spines["left"].set_visible(False)
    _time_axis(axes, facts, size)
    return figure


def _supplies(facts: Facts, size: Size) -> Figure:
    figure, (battery, reservoir) = _panels(size, [1.3, 1.3])
    at = [wall_s for wall_s, _ in facts.readings]
    for axes, key, factor, color, title in (
        (battery, "battery_mv", 1e-3, style.ORANGE, "battery, V (idle)"),
        (reservoir, "reservoir_nl", 1e-6, style.VIOLET, "reservoir, mL"),
    ):
        values = [status[key] * factor for _, status in facts.readings]
        axes.plot(at, values, color=color, linewidth=1.6, marker="o", markersize=2)
        _titled(axes, title)
    reservoir.set_ylim(0, None)
    _time_axis(reservoir, facts, size)
    return figure
