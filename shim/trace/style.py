"""Colours, type and axis habits shared by the pictures (matplotlib objects only, no data)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, GRID, PAPER = "#1c2733", "#66737f", "#e3e8ec", "#ffffff"
BLUE, PALE_BLUE, ORANGE, GREEN, VIOLET = "#0b5394", "#a9cdee", "#d9730d", "#2b7a4b", "#6b4c9a"
PRIORITY = {"high": "#c62828", "medium": "#d99a00", "low": "#1a8a99"}
LOSS = "#9aa5ae"
# Behind a name that stands where lines may cross it.
PLATE: dict[str, Any] = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5, "alpha": 0.85}
DPI = 300
LEFT = 0.03  # title, panel names and note begin here, a fraction of the width

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "picodose",
}


def panel(axes: Axes, name: str, unit: str) -> None:
    """Name a panel at its left edge, in the same column for all of them."""
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.tick_params(length=3, labelsize=11)
    middle = (axes.get_position().y0 + axes.get_position().y1) / 2
    for text, drop, size, color in ((name, 7, 13, INK), (unit, -9, 11, SOFT)):
        axes.annotate(
            text, (LEFT, middle), (0, drop), xycoords="figure fraction",
            textcoords="offset points", va="center", fontsize=size, color=color,
            fontweight="bold" if text == name else "normal", annotation_clip=False,
        )  # fmt: skip


def end_label(axes: Axes, y: float, text: str, color: str, shift_points: float = 0.0) -> None:
    """Name a curve beside its end, where a legend would need looking up."""
    axes.annotate(
        text, (1, y), (8, shift_points), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center", color=color, fontsize=11, annotation_clip=False,
    )  # fmt: skip


def heading(figure: Figure, title: str, subtitle: str, note: str) -> None:
    """Title block at the top left, a note at the bottom left."""
    height_in = figure.get_size_inches()[1]
    figure.text(LEFT, 1 - 0.28 / height_in, title, fontsize=22, fontweight="bold", va="top")
    figure.text(LEFT, 1 - 0.74 / height_in, subtitle, fontsize=13, color=SOFT, va="top")
    figure.text(LEFT, 0.18 / height_in, note, fontsize=10.5, color=SOFT, va="bottom")


def save(figure: Figure, path: Any) -> None:
    """Write the picture; no date inside, so the same run gives the same file."""
    figure.savefig(path, dpi=DPI, metadata={"Software": None} if str(path).endswith("png") else {})


def styled(draw: Callable[[], Figure]) -> Figure:
    """Run `draw` with this style and without any window system."""
    import matplotlib as mpl

    mpl.use("Agg")
    with mpl.rc_context(cast(Any, RC)):
        return draw()
