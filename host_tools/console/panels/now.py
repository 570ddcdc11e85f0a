"""The numbers of this moment: programmed, confirmed, dispensed, rate, battery."""

from __future__ import annotations

from nicegui import ui

from host_tools import words
from host_tools.console.panels.parts import heading, set_text
from host_tools.console.view import View

_TILES = {
    "programmed": ("programmed", "ordered since the console began"),
    "confirmed": ("confirmed", "steps that the hardware reports, as volume"),
    "dispensed": ("dispensed", "what left the simulated tube"),
    "rate": ("rate now", "basal and bolus together"),
    "battery": ("battery", ""),
}


class Now:
    """A tile a number."""

    def __init__(self, sim: bool) -> None:
        self._numbers: dict[str, tuple[ui.label, ui.label]] = {}
        with ui.element("section").classes("now").props('aria-labelledby="now-title"'):
            heading("Now", "now")
            with ui.element("dl").classes("tiles"):
                for name, (title, about) in _TILES.items():
                    if sim or name != "dispensed":
                        self._tile(name, title, about)

    def _tile(self, name: str, title: str, about: str) -> None:
        with ui.element("div").classes(f"tile {name}"):
            with ui.element("dt"):
                ui.label(title)
            with ui.element("dd"):
                number = ui.label().classes("number").props(f'id="now-{name}"')
                self._numbers[name] = (number, ui.label(about).classes("about"))

    def show(self, view: View) -> None:
        """Write the numbers."""
        told = {
            "programmed": words.volume(view.programmed_nl),
            "confirmed": words.volume(view.confirmed_nl),
            "dispensed": words.volume(view.dispensed_nl or 0),
            "rate": words.rate(view.rate_nl_h),
            "battery": f"{view.battery_mv / 1000:.2f} V",
        }
        for name, (number, _) in self._numbers.items():
            set_text(number, told[name])
        set_text(self._numbers["battery"][1], view.battery_words)
