"""Start, bolus, cancel, and the patient's button."""

from __future__ import annotations

from nicegui import ui

from host_tools import words
from host_tools.console.hand import Hand
from host_tools.console.panels.parts import answers, button, card, dialog, field, number
from host_tools.console.view import View

_HELD_S = 0.25
_PATIENT = """
<button type="button" class="push patient" data-hold="patient"
  aria-describedby="patient-how"><span>Patient button</span></button>
<p id="patient-how" class="soft">Hold it for half a second, with a finger, the mouse, or the space
bar. The pump decides what it gives.</p>
"""


class Therapy:
    """What makes the pump deliver. STOP is not here: it is always in view."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        with card("Therapy", "therapy"):
            with ui.element("div").classes("buttons"):
                self._start = button("Start", lambda: hand.do("start", "Started."), "main")
                button("Bolus …", self._open)
                button("Cancel bolus", lambda: hand.do("cancel", "The bolus has ended."))
            ui.html(_PATIENT, sanitize=False)
        ui.on("patient", self._patient)
        with dialog("Give a bolus") as self._dialog:
            self._fields()

    def show(self, view: View) -> None:
        """Nothing of it changes: what is allowed is the pump's to say."""

    def _fields(self) -> None:
        ui.label("An extra amount over a time, on top of what runs, or from stopped.").classes(
            "soft"
        )
        with ui.element("div").classes("fields"):
            self._amount = field("Amount", "4", "µL", inputmode="decimal")
            self._over = field("Over", "10", "min", inputmode="decimal")
            self._override = field("Override, if asked for", "")
        answers(self._dialog, "Give nothing", "Give bolus", self._give)

    def _open(self) -> None:
        self._dialog.open()

    async def _give(self) -> None:
        try:
            amount_nl = number(self._amount.value, 1000)
            duration_ms = number(self._over.value, 60_000)
        except ValueError:
            self._hand.said("Write numbers, such as 4 µL over 10 min.")
            return
        self._dialog.close()
        done = f"{words.volume(amount_nl)} over {words.span(duration_ms)} begins."
        facts = {"amount_nl": amount_nl, "duration_ms": duration_ms}
        await self._hand.do("bolus", done, **facts, override=self._override.value.strip())

    async def _patient(self) -> None:
        if self._hand.deck.view.kind == "sim":
            await self._hand.do("press", button="patient", s=_HELD_S)
        else:
            await self._hand.do("patient_bolus", "The pump gives the patient's bolus.")
