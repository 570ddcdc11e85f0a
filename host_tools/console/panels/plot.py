"""Volume and rate against the time of the pump, as far back as the console knows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from nicegui import ui

from host_tools.console.panels.parts import card
from host_tools.console.view import Series, View

_LINES = (("programmed", "--soft", "dashed"), ("confirmed", "--blue", "solid"))
_DISPENSED = ("dispensed", "--green", "dotted")
_AGAIN_S = 1.0  # drawing is the dearest part of the page
_UNITS = ((1, "s"), (60, "min"), (3600, "h"), (86_400, "days"))


class Plot:
    """A chart of two panels; drawn anew when there are new points."""

    def __init__(self, sim: bool) -> None:
        self._lines = (*_LINES, _DISPENSED) if sim else _LINES
        self._shown: Series | None = None
        self._due_s = 0.0
        with card("Volume and rate", "plot"):
            self._key()
            self._chart = ui.echart(options(self._lines), renderer="svg").classes("chart")
            self._chart.props('role=img aria-label="Volume and rate against time"')

    def _key(self) -> None:
        with ui.element("div").classes("key"):
            for name, _, dash in (*self._lines, ("rate", "", "solid")):
                with ui.element("span"):
                    ui.element("i").classes(f"line {name} {dash}").props("aria-hidden=true")
                    ui.label(name)

    def show(self, view: View) -> None:
        """Draw the points of this view."""
        now_s = time.monotonic()
        if view.series is self._shown or not view.series.t_s or now_s < self._due_s:
            return
        self._shown, self._due_s = view.series, now_s + _AGAIN_S
        fill(self._chart.options, view.series)
        self._chart.update()


def options(lines: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """The chart without points. Colours are the page's own, so they follow light and dark."""
    series = [_line(name, color, dash, 0) for name, color, dash in lines]
    series.append(_line("rate", "--violet", "solid", 1) | {"step": "end"})
    return {
        "animation": False,
        "grid": [
            {"left": 62, "right": 14, "top": 26, "height": 138},
            {"left": 62, "right": 14, "top": 204, "height": 66},
        ],
        "xAxis": [_time_axis(0, shown=False), _time_axis(1, shown=True)],
        "yAxis": [_axis(0, "µL"), _axis(1, "µL/h")],
        "tooltip": {
            "trigger": "axis",
            "backgroundColor": "var(--card)",
            "borderColor": "var(--grid)",
            "textStyle": {"color": "var(--ink)"},
        },
        "series": series,
    }


def _line(name: str, color: str, dash: str, panel: int) -> dict[str, Any]:
    return {
        "name": name, "type": "line", "showSymbol": False, "data": [],
        "xAxisIndex": panel, "yAxisIndex": panel, "emphasis": {"disabled": True},
        "itemStyle": {"color": f"var({color})"},
        "lineStyle": {"color": f"var({color})", "width": 2, "type": dash},
    }  # fmt: skip


def _axis(panel: int, unit: str) -> dict[str, Any]:
    return {
        "type": "value", "gridIndex": panel, "name": unit, "nameLocation": "end", "nameGap": 8,
        "nameTextStyle": {"color": "var(--soft)", "align": "right", "padding": [0, 6, 0, 0]},
        "min": 0, "splitNumber": 4 if panel == 0 else 2,
        "axisLabel": {"color": "var(--soft)"},
        "splitLine": {"lineStyle": {"color": "var(--grid)"}},
    }  # fmt: skip


def _time_axis(panel: int, shown: bool) -> dict[str, Any]:
    return {
        "type": "value", "gridIndex": panel, "min": 0, "max": "dataMax",
        "nameLocation": "middle", "nameGap": 26, "nameTextStyle": {"color": "var(--soft)"},
        "axisLabel": {"color": "var(--soft)", "show": shown, "showMaxLabel": False},
        "axisLine": {"lineStyle": {"color": "var(--soft)"}},
        "splitLine": {"show": False},
    }  # fmt: skip


def fill(chart: dict[str, Any], series: Series) -> None:
    """Put the points of a series into the options of a chart."""
    size, unit = _unit(series.t_s[-1] - series.t_s[0])
    chart["xAxis"][1]["name"] = f"{unit} since the console began"
    columns = {
        "programmed": series.programmed_nl,
        "confirmed": series.confirmed_nl,
        "dispensed": series.dispensed_nl,
        "rate": series.rate_nl_h,
    }
    for line in chart["series"]:
        values = columns[line["name"]]
        line["data"] = [
            [round(t_s / size, 4), value / 1000]
            for t_s, value in zip(series.t_s, values, strict=False)
            if value is not None
        ]


def _unit(span_s: float) -> tuple[int, str]:
    return next(one for one in reversed(_UNITS) if span_s >= 2 * one[0] or one[0] == 1)
