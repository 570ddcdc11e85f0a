"""What a person asks of the pump, and how the answer is told: done, or what happened, whether the
pump is safe, the likely cause and the next step.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from nicegui import ui

from host_tools.console.deck import Deck
from host_tools.link.errors import PumpError

_ROWS = (
    ("what", "What happened"),
    ("safe", "Is the pump safe"),
    ("cause", "Likely cause"),
    ("command", "Next"),
)


class Hand:
    """One browser's hand on the deck; what it is told appears above everything but STOP."""

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self._place = ui.element("div").classes("told-place")

    async def do(self, verb: str, done: str = "", **facts: Any) -> dict[str, Any] | None:
        """Ask the pump; returns its answer, or None after telling why not."""
        try:
            answer = await asyncio.wrap_future(self.deck.do(verb, **facts))
        except PumpError as error:
            self.trouble(error)
            return None
        self._place.clear()
        if done:
            self.said(done)
        return dict(answer)

    async def quietly(self, verb: str, **facts: Any) -> None:
        """Ask for something that nobody waits for: what is told stays as it is."""
        with contextlib.suppress(PumpError):
            await asyncio.wrap_future(self.deck.do(verb, **facts))

    def trouble(self, error: PumpError) -> None:
        """Show an error until it is read."""
        self._place.clear()
        with self._place, ui.element("section").classes("told").props("role=alert"):
            with ui.element("dl"):
                for name, title in _ROWS:
                    with ui.element("dt"):
                        ui.label(title)
                    with ui.element("dd"):
                        ui.label(getattr(error, name)).classes("lines")
            ui.button("Understood", on_click=self._place.clear).props("flat no-caps dense")

    def said(self, text: str) -> None:
        """Show for a moment that something was done."""
        ui.notify(text, position="bottom-left", timeout=4000, classes="done")
