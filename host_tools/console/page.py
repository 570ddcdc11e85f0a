"""One browser's page: its panels in their places, and the clock that keeps them up to date.

All state lives in the deck (what the pump does) and in the desk (what people are writing), so a
reload and a second browser find the same.
"""

from __future__ import annotations

from typing import Protocol

from nicegui import ui

from host_tools.console import shell
from host_tools.console.deck import Deck
from host_tools.console.desk import Desk
from host_tools.console.hand import Hand
from host_tools.console.panels import (
    alarms,
    bench,
    care,
    header,
    history,
    missing,
    now,
    plan,
    plot,
    tank,
    therapy,
)
from host_tools.console.panels.program import Program
from host_tools.console.view import View

LOOK_S = 0.25


class Panel(Protocol):
    """A part of the page."""

    def show(self, view: View) -> None:
        """Bring what is shown up to date."""


def build(desk: Desk) -> None:
    """Fill the page of one browser."""
    shell.dress()
    hand = Hand(desk.deck)
    sim = desk.deck.view.kind == "sim"
    panels: list[Panel] = [header.Header(sim)]
    with ui.element("main").classes("desk").props('id="main"'):
        panels += [header.State(), alarms.Alarms(hand)]
        program = Program(hand)
        panels.append(missing.Missing(hand, lambda: program.check(desk.text)))
        with ui.element("div").classes("lanes"):
            with ui.element("div").classes("lane"):
                panels += [now.Now(sim), plot.Plot(sim), plan.PlanPanel(desk, program)]
            with ui.element("div").classes("lane"):
                panels += [therapy.Therapy(hand), tank.Tank(), care.Care(hand)]
                panels += [bench.Bench(hand)] if sim else []
                panels.append(history.History())
    _keep_up(desk.deck, panels)


def _keep_up(deck: Deck, panels: list[Panel]) -> None:
    seen: list[View] = []

    def look() -> None:
        view = deck.view
        shell.beat()
        if not seen or view is not seen[0]:
            seen[:] = [view]
            for panel in panels:
                panel.show(view)

    look()
    ui.timer(LOOK_S, look)
