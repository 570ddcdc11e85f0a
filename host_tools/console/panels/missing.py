"""What a pump still lacks before it can dose, each with the button that gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from host_tools.console.hand import Hand
from host_tools.console.panels.parts import button, card
from host_tools.console.view import View

_UNKNOWN = -1
_WORDS = {
    "clock": "Its clock is not set: it would run at its fallback rate.",
    "calibration": "Nobody has weighed what a turn moves. On a bench its nominal value will do.",
    "program": "It has no prescription. Write one below, or take the example as it is.",
    "start": "It is stopped. Start it, and watch.",
}


class Missing:
    """A short list that goes away when nothing is missing. check: shows the draft to the pump."""

    def __init__(self, hand: Hand, check: Callable[[], Any]) -> None:
        self._shown: list[str] | None = None
        deeds = {
            "clock": ("Set the clock", lambda: hand.do("clock", "The clock is set.")),
            "calibration": ("Accept the nominal value", lambda: hand.do("accept_nominal")),
            "program": ("Check the draft with the pump …", check),
            "start": ("Start it", lambda: hand.do("start", "Started.")),
        }
        with card("Before it doses", "missing") as self._card, ui.element("ol"):
            self._rows = {name: self._row(name, *deed) for name, deed in deeds.items()}

    def _row(self, name: str, text: str, deed: Callable[[], Any]) -> ui.element:
        with ui.element("li") as row, ui.element("div").classes("line-up"):
            ui.label(_WORDS[name]).classes("what")
            button(text, deed, "main")
        return row

    def show(self, view: View) -> None:
        """Show what is missing now; a start comes last, when nothing else is."""
        found = missing(view)
        if found == self._shown:
            return
        self._shown = found
        self._card.set_visibility(bool(found))
        for name, row in self._rows.items():
            row.set_visibility(name in found)


def missing(view: View) -> list[str]:
    """What a pump lacks, in the order in which it is given."""
    status = view.status
    if not status:
        return []
    lacks = {
        "clock": status["wall_s"] == _UNKNOWN,
        "calibration": status["calibration"] == "uncalibrated",
        "program": status["mode"] == "none",
    }
    found = [name for name, is_missing in lacks.items() if is_missing]
    return found or (["start"] if status["state"] == "stopped" and not view.alarms else [])
