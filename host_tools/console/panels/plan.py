"""The day program: the one in force, and the draft that is being written, as rows or as text."""

from __future__ import annotations

from nicegui import ui

from host_tools.console.desk import Desk
from host_tools.console.draft import EXAMPLE, to_text
from host_tools.console.panels.parts import button, card, set_text
from host_tools.console.panels.program import Program
from host_tools.console.panels.rows import Rows
from host_tools.console.view import View

_SAME = "The draft is what the pump has in force."
_OTHER = "The draft is not in force: check it with the pump, then commit it."
_NONE = "The pump has no prescription yet. This is an example to begin with."


class PlanPanel:
    """The editor; every browser shows the same draft."""

    def __init__(self, desk: Desk, program: Program) -> None:
        self._desk = desk
        self._edition = -1
        self._program = program
        with card("Day program", "plan"):
            self._where = ui.label().classes("soft").props("aria-live=polite")
            with (
                ui.element("div")
                .classes("tabs")
                .props('role=group aria-label="View of the draft"')
            ):
                self._as_rows = button("Rows", lambda: self._turn(True))
                self._as_text = button("Text (TOML)", lambda: self._turn(False))
            self._rows = Rows(self._typed_rows)
            self._text = ui.textarea(on_change=self._typed_text).classes("toml")
            self._text.props('outlined autogrow spellcheck=false aria-label="Prescription file"')
            self._why = ui.label().classes("soft")
            self._buttons()
        self._turn(True)

    def _buttons(self) -> None:
        with ui.element("div").classes("buttons end"):
            button("Example", lambda: self._take(to_text(EXAMPLE)))
            self._back = button("Back to what is in force", self._in_force)
            button("Check with the pump …", self._check, "main")

    def show(self, view: View) -> None:
        """Say how draft and pump relate; take over what another browser has written."""
        in_force = view.plan.text
        self._desk.meet(in_force)
        if self._edition != self._desk.edition:
            self._refresh()
        same = bool(in_force) and in_force == self._desk.text
        set_text(self._where, _SAME if same else _OTHER if in_force else _NONE)
        self._back.set_visibility(bool(in_force) and not same)

    def _refresh(self) -> None:
        self._edition = self._desk.edition
        if self._text.value != self._desk.text:
            self._text.set_value(self._desk.text)
        if self._desk.rows is not None:
            self._rows.fill(self._desk.rows)
        self._turn(self._rows_shown)

    def _turn(self, rows: bool) -> None:
        self._rows_shown = rows
        possible = self._desk.rows is not None
        self._rows.place.set_visibility(rows and possible)
        self._text.set_visibility(not (rows and possible))
        set_text(self._why, self._desk.why_text if rows else "")
        self._as_rows.props(f"aria-pressed={'true' if rows and possible else 'false'}")
        self._as_text.props(f"aria-pressed={'false' if rows and possible else 'true'}")

    def _typed_rows(self) -> None:
        self._desk.fill(self._rows.read())
        self._edition = self._desk.edition
        self._text.set_value(self._desk.text)

    def _typed_text(self) -> None:
        text = self._text.value or ""
        if text == self._desk.text:
            return
        self._desk.write(text)
        self._edition = self._desk.edition
        if self._desk.rows is not None:
            self._rows.fill(self._desk.rows)
        set_text(self._why, self._desk.why_text)

    def _take(self, text: str) -> None:
        self._desk.write(text)
        self._refresh()

    def _in_force(self) -> None:
        self._take(self._desk.deck.view.plan.text)

    async def _check(self) -> None:
        await self._program.check(self._desk.text)
