"""Caring for the pump: refill, clock, sound test, a first calibration."""

from __future__ import annotations

from nicegui import ui

from host_tools.console.hand import Hand
from host_tools.console.panels.parts import answers, button, card, dialog, field, number
from host_tools.console.view import View

_ML = 1_000_000
_REFILL = """Stop the pump first. Measure what is left in the reservoir, empty it, fill it, and say
here what you measured and filled: the pump compares that with its own count."""
_BATTERY = """Fit fresh cells while the power is off; then tell the pump here, so that it counts
their time from now."""
_NOMINAL = """A new pump does not dose before it knows how much a turn moves. Weighing tells that
(picodose calibrate); on a bench you may accept the profile's nominal value instead."""


class Care:
    """What is done now and then."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._sim = hand.deck.view.kind == "sim"
        with card("Care", "care"):
            with ui.element("div").classes("buttons"):
                button("Refill …", lambda: self._refill.open())
                button("Set clock", lambda: hand.do("clock", "The pump has this machine's time."))
                button("Sound test", lambda: hand.do("sound_test", "Every sound, once."))
                button("Fresh battery …", lambda: self._cells.open())
                button("Calibration …", lambda: self._nominal.open())
        with dialog("Refill") as self._refill:
            self._refill_fields()
        with dialog("Calibration") as self._nominal:
            self._calibration()
        with dialog("Fresh battery") as self._cells:
            self._battery()

    def show(self, view: View) -> None:
        """Nothing of it changes."""

    def _refill_fields(self) -> None:
        ui.label(_REFILL).classes("soft")
        with ui.element("div").classes("fields"):
            self._measured = field("Measured residue", "", "mL", inputmode="decimal")
            self._filled = field("Filled with", "18", "mL", inputmode="decimal")
            self._why = field("Why the residue was another (only when asked)", "")
        with ui.element("div").classes("buttons end"):
            button("Change nothing", self._refill.close)
            button("Explain residue", self._explain)
            button("Refilled", self._tell, "main")

    async def _tell(self) -> None:
        try:
            measured_nl = number(self._measured.value, _ML)
            filled_nl = number(self._filled.value, _ML)
        except ValueError:
            self._hand.said("Write two numbers in mL.")
            return
        self._refill.close()
        if self._sim and await self._hand.do("pour", nl=filled_nl) is None:
            return
        facts = {"measured_nl": measured_nl, "filled_nl": filled_nl}
        await self._hand.do("refill", "The pump knows of the refill.", **facts)

    async def _explain(self) -> None:
        self._refill.close()
        await self._hand.do("explain", "Explained; a start is allowed.", text=self._why.value)

    def _battery(self) -> None:
        ui.label(_BATTERY).classes("soft")
        answers(self._cells, "Change nothing", "Fresh cells are in", self._fresh)

    async def _fresh(self) -> None:
        self._cells.close()
        await self._hand.do("battery", "The pump counts with fresh cells.")

    def _calibration(self) -> None:
        ui.label(_NOMINAL).classes("soft")
        answers(self._nominal, "Change nothing", "Accept the nominal value", self._accept)

    async def _accept(self) -> None:
        self._nominal.close()
        await self._hand.do("accept_nominal", "The nominal value is in force.")
