"""The card as a picture: two faces of a card of 85.6 x 54 mm (ISO/IEC 7810 ID-1), to be folded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from host_tools.card.text import Card
from shim.trace import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_MM, FACE_MM = 85.6, 54.0
_MM_PER_IN = 25.4
_EDGE_MM = 5.0
_CODE_MM = 40.0
_QUIET = 4  # modules that a reader wants free around the code
_DPI = 300
_UNDATED: dict[str, dict[str, str | None]] = {
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
_LETTERS = 46  # of a value that fit in a row; a longer one is written smaller


def save_card(card: Card, path: Path) -> None:
    """Draw to .svg, .pdf or .png; letters are shapes, so it prints the same everywhere."""

    def draw() -> Figure:
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        size_in = (WIDTH_MM / _MM_PER_IN, 2 * FACE_MM / _MM_PER_IN)
        figure = plt.figure(figsize=size_in)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH_MM), ylim=(2 * FACE_MM, 0))
        axes.axis("off")
        _front(axes, card)
        _back(axes, card)
        mpl.rcParams["pdf.fonttype"] = 42
        figure.savefig(path, dpi=_DPI, metadata=_UNDATED.get(path.suffix, {}))
        plt.close(figure)
        return figure

    style.styled(draw)


def _front(axes: Axes, card: Card) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((0, 0), WIDTH_MM, 9.5, facecolor=style.BLUE, edgecolor="none"))
    axes.text(_EDGE_MM, 4.9, "picodose", color=style.PAPER, fontsize=10, fontweight="bold",
              va="center")  # fmt: skip
    axes.text(WIDTH_MM - _EDGE_MM, 4.9, "bench pump, water only", color=style.PAPER, fontsize=6.5,
              va="center", ha="right")  # fmt: skip
    pitch_mm = (FACE_MM - 9.5 - 3.0) / len(card.rows)
    for number, (name, value) in enumerate(card.rows):
        y_mm = 9.5 + 1.2 + (number + 0.5) * pitch_mm
        axes.text(_EDGE_MM, y_mm, name, fontsize=6, color=style.SOFT, va="center")
        size = 6.5 * min(1, _LETTERS / max(len(value), 1))
        axes.text(21, y_mm, value, fontsize=size, color=style.INK, va="center")


def _back(axes: Axes, card: Card) -> None:
    left = (WIDTH_MM - _CODE_MM - 24) / 2
    axes.plot([0, WIDTH_MM], [FACE_MM, FACE_MM], color=style.SOFT, lw=0.5, ls=(0, (4, 3)))
    axes.text(WIDTH_MM - 1.5, FACE_MM + 1.2, "fold", fontsize=4.5, color=style.SOFT, ha="right",
              va="top")  # fmt: skip
    _code(axes, card.text, left, FACE_MM + (FACE_MM - _CODE_MM) / 2)
    x_mm = left + _CODE_MM + 3
    for text, y_mm, weight in (
        ("The code holds\nthe text of the\nother side.", 14, "normal"),
        ("Bench demo,\nwater only.\nNot a medical\ndevice.", 32, "bold"),
    ):
        axes.text(x_mm, FACE_MM + y_mm, text, fontsize=6.5, color=style.INK, va="center",
                  fontweight=weight, linespacing=1.4)  # fmt: skip


def _code(axes: Axes, text: str, x_mm: float, y_mm: float) -> None:
    """The QR code, a run of dark modules as one rectangle."""
    import segno
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    module_mm = _CODE_MM / (len(rows) + 2 * _QUIET)
    patches = []
    for number, row in enumerate(rows):
        at = 0
        while at < len(row):
            end = at
            while end < len(row) and row[end]:
                end += 1
            if end > at:
                corner = (x_mm + (at + _QUIET) * module_mm, y_mm + (number + _QUIET) * module_mm)
                patches.append(Rectangle(corner, (end - at) * module_mm, module_mm * 1.02))
            at = end + 1
    axes.add_collection(PatchCollection(patches, facecolor="black", edgecolor="none"))
