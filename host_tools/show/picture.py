"""A story in one picture: flow, volume and alarms on one time axis, and what was done when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from host_tools.alarms import ALARMS
from host_tools.show.stage import Seen
from shim.trace import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE_IN = (13.0, 8.2)
_DPI = 150
_COLORS = (style.BLUE, style.ORANGE, style.VIOLET)
_NOTE = "Water only. The device's own code on virtual hardware; flow and volume are the plant's."
_MIN_PER_H, _MIN_PER_DAY = 60, 1440
_FAR = 50


def story_picture(name: str, about: str, runs: Sequence[Seen], path: Path) -> None:
    """Draw every pump's run of a story to a PNG."""

    def draw() -> Figure:
        import matplotlib.pyplot as plt

        figure = _drawn(name, about, runs)
        figure.savefig(path, dpi=_DPI, metadata={"Software": None})
        plt.close(figure)
        return figure

    style.styled(draw)


def _drawn(name: str, about: str, runs: Sequence[Seen]) -> Figure:
    import matplotlib.pyplot as plt

    end_min = runs[0].samples[-1][0]
    scale, unit = _axis(end_min)
    figure, axes = plt.subplots(
        3, 1, sharex=True, figsize=_SIZE_IN, gridspec_kw={"height_ratios": [2, 2, 1.6]}
    )
    figure.subplots_adjust(left=0.145, right=0.85, top=0.755, bottom=0.12, hspace=0.14)
    style.heading(figure, name.capitalize(), about, _NOTE)
    for number, (seen, color) in enumerate(zip(runs, _COLORS, strict=False)):
        _water(axes, seen, color, scale, 32 * (number - len(runs) // 2))
    style.panel(axes[0], "Flow", "µL/h")
    style.panel(axes[1], "Volume", "µL")
    _alarms(axes[2], runs[0], scale)
    _acts(axes, runs[0], scale)
    axes[2].set_xlim(0, end_min * scale)
    axes[2].set_xlabel(unit, color=style.SOFT)
    return figure


def _axis(end_min: float) -> tuple[float, str]:
    if end_min > 3 * _MIN_PER_DAY:
        return 1 / _MIN_PER_DAY, "days"
    return (1 / _MIN_PER_H, "hours") if end_min > 3 * _MIN_PER_H else (1.0, "minutes")


def _water(axes: Sequence[Axes], seen: Seen, color: str, scale: float, shift: float) -> None:
    samples = _spaced(seen.samples)
    at = [t * scale for t, _ in samples]
    volume = [nl / 1000 for _, nl in samples]
    pairs = list(zip(samples, samples[1:], strict=False))
    flow = [max(0.0, b - a) * 0.06 / (t - s) for (s, a), (t, b) in pairs]
    axes[0].set_ylim(0, max(axes[0].get_ylim()[1], _top(flow)))
    axes[0].step(at, [*flow, flow[-1]], where="post", color=color, linewidth=1.3)
    axes[1].plot(at, volume, color=color, linewidth=1.8)
    style.end_label(axes[1], volume[-1], f"{seen.pump}\n{volume[-1]:.1f} µL", color, -shift)


def _top(flow: Sequence[float]) -> float:
    """The upper end of the axis; a run at a thousand times the therapy's rate must not flatten
    that.
    """
    usual = sorted(rate for rate in flow if rate) or [1.0]
    middle, most = usual[len(usual) // 2], usual[-1]
    return 1.12 * most if most < _FAR * middle else 1.6 * middle


def _spaced(samples: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without those that an act brought close together: a step in an instant is no flow."""
    least_min = 0.9 * samples[-1][0] / len(samples)
    kept = [samples[0]]
    for sample in samples[1:]:
        if sample[0] - kept[-1][0] >= least_min:
            kept.append(sample)
    return kept


def _alarms(axes: Axes, seen: Seen, scale: float) -> None:
    codes = list(dict.fromkeys(code for code, _, _ in sorted(seen.alarms, key=lambda a: a[1])))
    end_min = seen.samples[-1][0]
    for code, from_min, to_min in seen.alarms:
        width = max(to_min - from_min, end_min / 250) * scale
        color = style.PRIORITY[ALARMS[code].priority]
        axes.barh(codes.index(code), width, left=from_min * scale, height=0.62, color=color)
    for lane, code in enumerate(codes):
        style.end_label(axes, lane, ALARMS[code].name, style.INK)
    axes.set_yticks([])
    axes.set_ylim(max(len(codes), 1) - 0.4, -0.6)
    style.panel(axes, "Alarms", "" if codes else "none")


def _acts(axes: Sequence[Axes], seen: Seen, scale: float) -> None:
    """A number at each act through all panels; what each was stands below the title."""
    for number, (at_min, _) in enumerate(seen.acts, 1):
        for panel in axes:
            panel.axvline(at_min * scale, color=style.SOFT, linewidth=0.8, linestyle=(0, (2, 2)))
        axes[0].annotate(
            str(number), (at_min * scale, 1), (0, 4 + 11 * (number % 2)), ha="center",
            xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=9,
        )  # fmt: skip
    words = [f"{n} {what}" for n, (_, what) in enumerate(seen.acts, 1)]
    rows = [words[k : k + 4] for k in range(0, len(words), 4)]
    text = "\n".join("    ".join(row) for row in rows)
    figure = axes[0].get_figure()
    assert figure is not None
    figure.text(style.LEFT, 0.872, text, fontsize=9.5, color=style.SOFT, va="top")
