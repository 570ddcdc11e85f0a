"""The alarms: words, priority (by shape and word, not by colour alone), acknowledge, silence."""

from __future__ import annotations

from nicegui import ui

from host_tools.console import shell
from host_tools.console.hand import Hand
from host_tools.console.panels.parts import SHAPES, button, set_text
from host_tools.console.view import Alarm, View
from host_tools.words import span

_PAUSE_MS = 120_000


class Alarms:
    """The list of what is active, the highest first; empty and small when there is none."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._shown: tuple[Alarm, ...] | None = None
        self._tone: str | None = None
        with ui.element("section").classes("alarms").props('aria-labelledby="alarms-title"'):
            with ui.element("div").classes("line-up"):
                with ui.element("h2").props('id="alarms-title"'):
                    self._title = ui.label()
                self._paused = ui.label().classes("soft")
                self._pause = button("Pause audio 2 min", self._silence)
                self._all = button("Acknowledge all", lambda: hand.do("ack", "Acknowledged."))
            with ui.element("div").props("role=alert"):
                self._list = ui.element("ul")

    def show(self, view: View) -> None:
        """Write the list anew if it is another one, and sound what sounds."""
        if view.alarms != self._shown:
            self._shown = view.alarms
            self._write(view.alarms)
        set_text(self._paused, _paused(view.paused_s))
        tone = view.tone if not view.stale else ""
        if tone != self._tone:
            self._tone = tone
            shell.sound(tone)

    async def _silence(self) -> None:
        await self._hand.do("pause_audio", "Silence for 2 min; a new alarm sounds.", ms=_PAUSE_MS)

    def _write(self, alarms: tuple[Alarm, ...]) -> None:
        set_text(self._title, f"Alarms: {len(alarms)}" if alarms else "No alarm")
        self._pause.set_visibility(bool(alarms))
        self._all.set_visibility(sum(alarm.can_ack for alarm in alarms) > 1)
        self._list.clear()
        with self._list:
            for alarm in alarms:
                self._row(alarm)

    def _row(self, alarm: Alarm) -> None:
        with ui.element("li").classes(f"alarm {alarm.priority}"):
            ui.label(SHAPES[alarm.priority]).classes("shape").props("aria-hidden=true")
            with ui.element("div").classes("what"):
                ui.label(f"{alarm.priority} · {alarm.name} · {alarm.code}").classes("name")
                ui.label(alarm.words)
            if alarm.acknowledged:
                ui.label("acknowledged").classes("soft")
            elif alarm.can_ack:
                self._button(alarm)

    def _button(self, alarm: Alarm) -> None:
        made = button("Acknowledge", lambda: self._hand.do("ack", code=alarm.code))
        made.props(f'aria-label="Acknowledge {alarm.name}"')


def _paused(left_s: float) -> str:
    return f"audio paused, {span(round(left_s) * 1000)} left" if left_s >= 1 else ""
