"""The simulated bench: how fast its time runs, and what can be broken there and mended again."""

from __future__ import annotations

import math

from nicegui import ui

from host_tools.console.hand import Hand
from host_tools.console.panels.parts import button, card, set_text
from host_tools.console.view import View
from host_tools.faults import FAULTS

_SPEEDS = {"× 1": 1.0, "× 10": 10.0, "× 60": 60.0, "× 600": 600.0, "max": math.inf}
_CUT_S = 5


class Bench:
    """Time and trouble; only on a simulated world."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._faults: dict[str, ui.button] = {}
        with card("Simulated bench", "bench"):
            self._time()
            with ui.element("h3"):
                ui.label("Break and mend")
            self._place = ui.element("div").classes("buttons")
            with ui.element("div").classes("buttons"):
                button(f"Cut power {_CUT_S} s", lambda: hand.do("cut", off_s=_CUT_S))
                self._plug = button("Unplug", self._pull)

    def _time(self) -> None:
        with ui.element("h3"):
            ui.label("Speed of time")
        self._speeds = {}
        with ui.element("div").classes("buttons speeds").props('role=group aria-label="Speed"'):
            for name, factor in _SPEEDS.items():
                self._speeds[factor] = button(
                    name, lambda f=factor: self._hand.do("speed", factor=f)
                )
        self._reached = ui.label().classes("soft").props('id="reached"')

    def show(self, view: View) -> None:
        """Mark the speed that is asked for, what is reached, and what is broken."""
        for factor, made in self._speeds.items():
            _press(made, factor == view.speed)
        set_text(self._reached, f"reached: {_factor(view.speed_reached)} of real time")
        if list(view.faults) != list(self._faults):
            self._list(view.faults)
        for name, made in self._faults.items():
            broken = name in view.broken
            _press(made, broken)
            made.set_text(f"{'Mend' if broken else 'Break'}: {name}")
        self._plug.set_text("Unplug" if view.linked else "Plug in")

    def _list(self, faults: tuple[str, ...]) -> None:
        self._place.clear()
        with self._place:
            self._faults = {
                name: button(name, lambda n=name: self._turn(n))
                .classes("fault")
                .props(f'title="{FAULTS[name].words}"')
                for name in faults
            }

    async def _turn(self, name: str) -> None:
        verb = "mend" if name in self._hand.deck.view.broken else "fault"
        await self._hand.do(verb, name=name)

    async def _pull(self) -> None:
        await self._hand.do("unplug" if self._hand.deck.view.linked else "replug")


def _press(made: ui.button, pressed: bool) -> None:
    made.props(f"aria-pressed={'true' if pressed else 'false'}")


def _factor(factor: float) -> str:
    return f"× {factor:,.0f}" if factor >= 10 else f"× {factor:.1f}"
