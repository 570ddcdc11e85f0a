"""The draft as a table that can be typed into: a row a step, a bolus beside it."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from host_tools.console.draft import Draft, Step
from host_tools.console.panels.parts import button, field

_MOST = 24
_TIME = 'mask="##:##" inputmode=numeric'
_PATIENT = (("Amount", "µL"), ("Over", "min"), ("Lockout", "h"), ("Most in 24 h", ""))


class Rows:
    """`typed` is called after each change by hand; `place` can be hidden."""

    def __init__(self, typed: Callable[[], None]) -> None:
        self._typed = typed
        self._steps: list[tuple[ui.input, ...]] = []
        self._filling = False
        self.place = ui.element("div").classes("rows")
        with self.place:
            with ui.element("div").classes("fields"):
                self._title = self._field("Title", "", "", "title")
                self._fallback = self._field("Without a clock", "", "µL/h", "fallback")
            self._table = ui.element("div").classes("steps").props('role=list aria-label="Steps"')
            self._add = button("Add a step", self._another)
            with ui.element("fieldset"):
                with ui.element("legend"):
                    ui.label("Patient's bolus (empty: none)")
                with ui.element("div").classes("fields four"):
                    self._patient = [self._field(n, "", u, f"patient {n}") for n, u in _PATIENT]

    def fill(self, draft: Draft) -> None:
        """Show a draft."""
        if self._table.default_slot.children and draft == self.read():
            return
        self._filling = True
        self._title.set_value(draft.title)
        self._fallback.set_value(draft.fallback)
        for one, value in zip(self._patient, draft.patient, strict=True):
            one.set_value(value)
        self._write(draft.steps)
        self._filling = False

    def read(self) -> Draft:
        """What stands there now, as typed."""
        steps = [Step(*(_text(one) for one in row)) for row in self._steps]
        return Draft(
            _text(self._title), _text(self._fallback), steps, [_text(one) for one in self._patient]
        )

    def _write(self, steps: list[Step]) -> None:
        self._table.clear()
        self._steps = []
        with self._table:
            for number, step in enumerate(steps, 1):
                self._row(number, step)
        self._add.set_visibility(len(steps) < _MOST)

    def _row(self, number: int, step: Step) -> None:
        with ui.element("div").classes("step").props(f'role=listitem aria-label="Step {number}"'):
            self._steps.append((
                self._field("From", step.at, "", f"step {number} from").props(_TIME),
                self._field("Rate", step.rate, "µL/h", f"step {number} rate"),
                self._field("Bolus", step.bolus, "µL", f"step {number} bolus"),
                self._field("Over", step.over, "min", f"step {number} bolus over"),
            ))  # fmt: skip
            gone = button("Remove", lambda at=number - 1: self._remove(at)).classes("remove")
            gone.props(f'aria-label="Remove step {number}"')

    def _field(self, label: str, value: str, unit: str, said: str) -> ui.input:
        made = field(label, value, unit, aria_label=f"{said} {unit}".strip())
        made.on_value_change(self._changed)
        return made

    def _changed(self) -> None:
        if not self._filling:
            self._typed()

    def _another(self) -> None:
        steps = self.read().steps
        self._write([*steps, Step("22:00", steps[-1].rate if steps else "8")])
        self._typed()

    def _remove(self, at: int) -> None:
        steps = self.read().steps
        self._write(steps[:at] + steps[at + 1 :])
        self._typed()


def _text(typed: ui.input) -> str:
    return str(typed.value or "").strip()
