"""The pump's journal: what it did and why, the newest first."""

from __future__ import annotations

from nicegui import ui

from host_tools.console.panels.parts import card
from host_tools.console.view import View


class History:
    """The last entries in words."""

    def __init__(self) -> None:
        self._shown: tuple[str, ...] | None = None
        with card("History", "history"):
            ui.label("From the pump's own journal, the newest first.").classes("soft")
            self._list = ui.element("ol").props('tabindex=0 aria-label="Journal"')

    def show(self, view: View) -> None:
        """Write the list anew if it is another one."""
        if view.journal == self._shown:
            return
        self._shown = view.journal
        self._list.clear()
        with self._list:
            for entry in view.journal:
                with ui.element("li"):
                    ui.label(entry)
