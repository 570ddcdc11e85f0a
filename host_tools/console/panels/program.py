"""From draft to prescription: the pump reads it, says what it understood, a person says yes.

Nothing is in force before the commit, which names the very bytes that the summary was about.
"""

from __future__ import annotations

from typing import Any

from nicegui import ui

from host_tools.console.hand import Hand
from host_tools.console.panels.parts import button, dialog

_HOW = """The right column is what the pump itself has computed from the staged bytes. Until you
commit, the old prescription stays in force; after two minutes the pump forgets the new one. A
simulated pump's time runs at × 1 meanwhile."""


class Program:
    """The dialog of a staged prescription."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._answer: dict[str, Any] = {}
        self._factor = 1.0
        with dialog("Commit this prescription?") as self._dialog:
            ui.label(_HOW).classes("soft")
            self._place = ui.element("div").classes("summary")
            with ui.element("div").classes("buttons end"):
                button("Discard", self._discard)
                self._commit = button("Commit", self._yes, "main")
        self._dialog.props("persistent")

    async def check(self, text: str) -> None:
        """Send a draft to the pump; show its summary if it takes it."""
        await self._slow_down()
        answer = await self._hand.do("stage", text=text)
        if answer is None:
            await self._speed_up()
            return
        self._answer = answer
        self._place.clear()
        with self._place:
            self._table()
            self._overrides()
        self._allow()
        self._dialog.open()

    def _table(self) -> None:
        with ui.element("table").props('aria-label="Present and new prescription"'):
            with ui.element("thead"):
                _row("th", ("", "present", "new"))
            with ui.element("tbody"):
                for row in self._answer["side_by_side"]:
                    _row("td", row)

    def _overrides(self) -> None:
        for text in self._answer["warnings"]:
            ui.label(text).classes("warning")
        self._boxes = [
            ui.checkbox(f"I override: {name}", on_change=self._allow)
            for name in self._answer["needs"]
        ]

    def _allow(self) -> None:
        self._commit.set_enabled(all(box.value for box in self._boxes))

    async def _yes(self) -> None:
        self._dialog.close()
        facts = {"digest": self._answer["digest"], "override": ",".join(self._answer["needs"])}
        await self._hand.do("commit", "The new prescription is in force.", **facts)
        await self._speed_up()

    async def _discard(self) -> None:
        self._dialog.close()
        await self._hand.do("discard", "Discarded; the old prescription stays in force.")
        await self._speed_up()

    async def _slow_down(self) -> None:
        """The pump's two minutes are two minutes of the person who reads."""
        view = self._hand.deck.view
        self._factor = view.speed if view.kind == "sim" else 1.0
        if self._factor > 1:
            await self._hand.quietly("speed", factor=1.0)

    async def _speed_up(self) -> None:
        if self._factor > 1:
            await self._hand.quietly("speed", factor=self._factor)


def _row(kind: str, cells: Any) -> None:
    with ui.element("tr"):
        for cell in cells:
            with ui.element(kind):
                ui.label(str(cell))
