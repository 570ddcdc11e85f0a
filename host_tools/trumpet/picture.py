"""Both curves on one page: flow since the start, and the trumpet beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from host_tools.trumpet.curves import Curves
from shim.trace import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE_IN = (13.0, 6.6)
_DPI = 150


def curves_picture(found: Curves, path: Path, title: str) -> None:
    """Draw to `path` (png, svg or pdf by its ending)."""

    def draw() -> Figure:
        import matplotlib.pyplot as plt

        figure = _drawn(found, title)
        figure.savefig(path, dpi=_DPI)
        plt.close(figure)
        return figure

    style.styled(draw)


def _drawn(found: Curves, title: str) -> Figure:
    import matplotlib.pyplot as plt

    figure, (start, trumpet) = plt.subplots(1, 2, figsize=_SIZE_IN)
    figure.subplots_adjust(left=0.07, right=0.94, top=0.76, bottom=0.17, wspace=0.2)
    begin, end = found.period_min
    about = (
        f"set rate {found.rate_ul_h:g} µL/h, sampled every {found.sample_min:g} min; mean error "
        f"{found.mean_percent:+.2f} % from minute {begin:g} to {end:g}"
    )
    note = ("Method of IEC 60601-2-24; water only, no claim of conformity. Diamonds: windows of "
            "whole pulse cycles.")  # fmt: skip
    style.heading(figure, title, about, note)
    _start_up(start, found)
    _trumpet(trumpet, found)
    return figure


def _start_up(axes: Axes, found: Curves) -> None:
    minutes, flow = zip(*found.start_up, strict=True)
    axes.plot(minutes, flow, color=style.BLUE, linewidth=1.1)
    axes.axhline(found.rate_ul_h, color=style.SOFT, linewidth=1, linestyle=(0, (5, 3)))
    axes.axvspan(*found.period_min, color=style.PALE_BLUE, alpha=0.25, linewidth=0)
    top = sorted(flow)[int(0.995 * (len(flow) - 1))]
    axes.set_ylim(min(0.0, *flow), 1.25 * max(top, found.rate_ul_h))
    axes.set_xlim(0, minutes[-1])
    _labelled(axes, "Start-up: flow, µL/h", "minutes since the start (shaded: analysis period)")


def _trumpet(axes: Axes, found: Curves) -> None:
    plain = [w for w in found.windows if not w.cycles]
    whole = [w for w in found.windows if w.cycles]
    for key in ("max_percent", "min_percent"):
        axes.plot([w.minutes for w in plain], [getattr(w, key) for w in plain], color=style.BLUE,
                  linewidth=1.8, marker="o", markersize=5)  # fmt: skip
        axes.plot([w.minutes for w in whole], [getattr(w, key) for w in whole],
                  color=style.ORANGE, linestyle="none", marker="D", markersize=5)  # fmt: skip
        for window in plain:
            up = key == "max_percent"
            axes.annotate(f"{getattr(window, key):+.1f}", (window.minutes, getattr(window, key)),
                          (14, 6 if up else -14), textcoords="offset points", ha="center",
                          fontsize=10, color=style.BLUE, bbox=style.PLATE)  # fmt: skip
    axes.axhline(found.mean_percent, color=style.GREEN, linewidth=1.4)
    style.end_label(axes, found.mean_percent, f"mean\n{found.mean_percent:+.2f}", style.GREEN)
    axes.axhline(0, color=style.SOFT, linewidth=1, linestyle=(0, (5, 3)))
    axes.margins(y=0.22)
    axes.set_xlim(0, 1.08 * max(w.minutes for w in found.windows))
    axes.set_xticks([w.minutes for w in plain])
    _labelled(axes, "Trumpet: largest and smallest error, %", "observation window, minutes")


def _labelled(axes: Axes, title: str, below: str) -> None:
    axes.set_title(title, loc="left", fontsize=12, pad=10)
    axes.set_xlabel(below, color=style.SOFT, fontsize=11)
    axes.grid(axis="y", color=style.GRID, linewidth=0.8)
    axes.tick_params(length=3, labelsize=11)
