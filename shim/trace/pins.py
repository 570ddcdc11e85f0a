"""A board's lines over a stretch of time, as on a logic analyser, with a closer look below.

Times on the axis count from `start_s`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shim.trace import style
from shim.trace.day import PinLane, Pins
from shim.trace.recorder import Recorder

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLORS = (style.BLUE, style.GREEN, style.ORANGE, style.VIOLET, style.PRIORITY["low"])
_HIGH = 0.7  # height of a high level; the rest keeps lanes apart
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def lanes_of(
    recorder: Recorder, names: Sequence[str], t0_ns: int, t1_ns: int
) -> tuple[PinLane, ...]:
    """Lanes of recorded lines over [t0_ns, t1_ns), times in s of the run."""
    return tuple(
        PinLane(
            name,
            recorder.tracks[name].level_at(t0_ns - 1),
            tuple((t_ns / 1e9, level) for t_ns, level in recorder.edges(name, t0_ns, t1_ns)),
        )
        for name in names
    )


def pins_picture(pins: Pins, path: Path) -> None:
    """Draw the lines to `path` (png, svg or pdf by its ending), 300 dpi."""

    def draw() -> Figure:
        import matplotlib.pyplot as plt

        figure = _draw(pins)
        style.save(figure, path)
        plt.close(figure)
        return figure

    style.styled(draw)


def waveform(lane: PinLane, start_s: float, end_s: float) -> tuple[list[float], list[int]]:
    """Corner points (t_s, level) of a lane between two instants, both ends included."""
    before = [level for t_s, level in lane.edges if t_s < start_s]
    level = before[-1] if before else lane.first_level
    times, levels = [start_s], [level]
    for t_s, new_level in lane.edges:
        if start_s <= t_s <= end_s:
            times += [t_s, t_s]
            levels += [levels[-1], new_level]
    return [*times, end_s], [*levels, levels[-1]]


def _draw(pins: Pins) -> Figure:
    import matplotlib.pyplot as plt

    rows = 2 if pins.zoom_s else 1
    lane_in = 0.62 * len(pins.lanes)
    height_in = 2.0 + rows * (lane_in + 0.75)
    figure, grid = plt.subplots(rows, 1, figsize=(14.0, height_in), squeeze=False)
    figure.subplots_adjust(
        left=0.11, right=0.97, top=1 - 1.3 / height_in, bottom=0.85 / height_in,
        hspace=0.8 / lane_in,
    )  # fmt: skip
    style.heading(figure, pins.title, pins.subtitle, pins.note)
    _screen(grid[0][0], pins, pins.start_s, pins.end_s)
    if pins.zoom_s:
        _mark_zoom(grid[0][0], pins)
        _screen(grid[1][0], pins, *pins.zoom_s)
    return figure


def _screen(axes: Axes, pins: Pins, start_s: float, end_s: float) -> None:
    """All lanes between two instants; the first lane is on top."""
    unit_s, unit = next((u for u in _UNITS if end_s - start_s >= 2 * u[0]), _UNITS[-1])
    count = len(pins.lanes)
    for i, lane in enumerate(pins.lanes):
        times, levels = waveform(lane, start_s, end_s)
        base, color = count - 1 - i, _COLORS[i % len(_COLORS)]
        x = [(t_s - pins.start_s) / unit_s for t_s in times]
        y = [base + _HIGH * level for level in levels]
        axes.fill_between(x, y, base, color=color, alpha=0.15, linewidth=0)
        axes.plot(x, y, color=color, linewidth=1.3, solid_joinstyle="miter")
    axes.set_xlim((start_s - pins.start_s) / unit_s, (end_s - pins.start_s) / unit_s)
    axes.set_ylim(-0.15, count - 0.1)
    axes.set_yticks([count - 1 - i + _HIGH / 2 for i in range(count)],
                    [lane.name for lane in pins.lanes], fontweight="bold")  # fmt: skip
    axes.tick_params(axis="y", length=0, labelsize=13)
    axes.grid(axis="x", color=style.GRID, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.set_xlabel(unit, color=style.SOFT, loc="right", labelpad=2)


def _mark_zoom(axes: Axes, pins: Pins) -> None:
    """Show which part of the upper screen the lower one enlarges."""
    if pins.zoom_s is None:
        return
    unit_s = next((u for u, _ in _UNITS if pins.end_s - pins.start_s >= 2 * u), 1e-6)
    left, right = ((t_s - pins.start_s) / unit_s for t_s in pins.zoom_s)
    axes.axvspan(left, right, color=style.PRIORITY["medium"], alpha=0.25, linewidth=0, zorder=0)
    axes.annotate(
        "enlarged below", ((left + right) / 2, 1.0), (0, 4), ha="center", va="bottom",
        xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=11,
        color=style.SOFT,
    )  # fmt: skip
