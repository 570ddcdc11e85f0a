"""The head of the page: which world this is, what the pump does, and how old that is."""

from __future__ import annotations

from nicegui import ui

from host_tools import words
from host_tools.console.panels.parts import SHAPES, set_text
from host_tools.console.view import View

_NEVER = "Moves water on a bench; not a medical device."
_TOOLS = """
<div class="tools">
  <button type="button" class="tool" data-do="sound" aria-pressed="false">Sound: off</button>
  <button type="button" class="tool" data-do="theme">Theme: system</button>
</div>
"""


class Header:
    """Name, world, what this is not, and the switches of this browser."""

    def __init__(self, sim: bool) -> None:
        with ui.element("header").classes("top"):
            with ui.element("div").classes("names"):
                with ui.element("h1"):
                    ui.label("picodose bench console")
                ui.label(_NEVER).classes("never")
                self._world = ui.label().classes("world sim" if sim else "world board")
            self._glance = ui.link("", "#main").classes("glance")
            ui.html(_TOOLS, sanitize=False)

    def show(self, view: View) -> None:
        """Name the world."""
        priority = view.alarms[0].priority if view.alarms else "medium"
        others = " ".join(one for one in SHAPES if one != priority)
        self._glance.classes(add=priority, remove=others).set_text(glance(view))
        self._glance.set_visibility(bool(self._glance.text))
        profile = view.hello.get("profile")
        set_text(self._world, f"{view.world} · {profile}" if profile else view.world)


def glance(view: View) -> str:
    """What must be seen wherever the page is scrolled to: old numbers, the highest alarm."""
    if view.stale:
        return "what you see is old ↑"
    if not view.alarms:
        return ""
    first, more = view.alarms[0], len(view.alarms) - 1
    return f"{SHAPES[first.priority]} {first.name}" + (f" and {more} more" if more else "") + " ↑"


class State:
    """What the pump does, its own time, and a band across the page when that is old."""

    def __init__(self) -> None:
        self._old = ui.element("div").classes("band old").props("role=alert")
        with self._old:
            self._old_text = ui.label()
        with ui.element("section").classes("state").props('aria-label="State"'):
            with ui.element("div").classes("doing").props("aria-live=polite"):
                self._dot = ui.element("span").classes("dot").props("aria-hidden=true")
                self._state = ui.label().classes("words").props('id="state"')
            self._bolus = ui.label().classes("bolus-left")
            self._wall = ui.label().classes("wall")
            self._link = ui.label().classes("link")

    def show(self, view: View) -> None:
        """Say it, and grey the page when it is old."""
        set_text(self._state, view.state if view.status else "connecting")
        self._dot.classes(replace=f"dot {'off' if 'stop' in view.state else 'on'}")
        set_text(self._wall, f"pump's clock: {view.wall}")
        set_text(self._link, "link: lost" if view.stale else "link: good")
        bolus_nl = int(view.status.get("bolus_nl", 0))
        set_text(self._bolus, f"bolus: {words.volume(bolus_nl)} to go" if bolus_nl else "")
        self._old.set_visibility(view.stale)
        if view.stale:
            set_text(self._old_text, _old_words(view))
        ui.query("body").classes(
            add="stale" if view.stale else "", remove="" if view.stale else "stale"
        )


def _old_words(view: View) -> str:
    if not view.status:
        return f"No pump yet: {view.trouble or 'connecting'}."
    what = "The pump is out of reach" if not view.linked else "The pump has not answered"
    return (
        f"{what}: what you see is {max(view.age_s, 0):.0f} s old. The pump goes on by itself with "
        "what it was doing; plug it in again, and this page follows by itself."
    )
