"""The reservoir, drawn as one: its level, the marks of low and empty, and the numbers."""

from __future__ import annotations

from nicegui import ui

from host_tools import words
from host_tools.console.panels.parts import card, set_text
from host_tools.console.view import View

_TOP, _FLOOR, _LEFT, _RIGHT = 14, 174, 12, 108
_HEIGHT = _FLOOR - _TOP


class Tank:
    """The drawing and what it says."""

    def __init__(self) -> None:
        with card("Reservoir", "tank"):
            with ui.element("div").classes("tank-row"):
                self._drawing = ui.html("", sanitize=False).classes("drawing")
                with ui.element("div"):
                    self._left = ui.label().classes("number").props('id="reservoir"')
                    self._share = ui.label().classes("soft")
                    self._until = ui.label().classes("soft")

    def show(self, view: View) -> None:
        """Draw the level."""
        full_nl = max(view.reservoir_full_nl, view.reservoir_nl, 1)
        low_nl = view.reservoir_low_nl
        svg = drawing(view.reservoir_nl / full_nl, low_nl / full_nl)
        if self._drawing.content != svg:
            self._drawing.set_content(svg)
        set_text(self._left, words.volume(view.reservoir_nl))
        percent = f"{100 * view.reservoir_nl / full_nl:.0f} %"
        set_text(self._share, f"{percent} of {words.volume(full_nl)}, as the pump counts it")
        set_text(self._until, _until(view))


def _until(view: View) -> str:
    if view.rate_nl_h <= 0:
        return "nothing flows now"
    return f"at this rate empty in {words.about(view.reservoir_nl * 3_600_000 // view.rate_nl_h)}"


def drawing(share: float, low: float) -> str:
    """An SVG of a bag with `share` of it full and a mark at `low`, both 0 to 1."""
    share = min(max(share, 0.0), 1.0)
    level = _FLOOR - share * _HEIGHT
    tone = "low" if share <= low else "fine"
    marks = _mark(_FLOOR, "empty") + (_mark(_FLOOR - low * _HEIGHT, "low") if low > 0 else "")
    body = f"M{_LEFT} {_TOP}h{_RIGHT - _LEFT}v{_HEIGHT - 12}q0 12 -12 12h-72q-12 0 -12 -12z"
    return (
        f'<svg viewBox="0 0 164 196" role="img" aria-label="Reservoir, {share:.0%} full">'
        f'<defs><clipPath id="bag"><path d="{body}"/></clipPath></defs>'
        f'<rect class="water {tone}" x="{_LEFT}" y="{level:.1f}" width="{_RIGHT - _LEFT}" '
        f'height="{_FLOOR - level:.1f}" clip-path="url(#bag)"/>'
        f'<path class="wall" d="{body}"/><path class="wall" d="M60 {_FLOOR}v18"/>'
        f'<path class="cap" d="M36 {_TOP}v-8h48v8"/>{marks}</svg>'
    )


def _mark(y: float, text: str) -> str:
    below = y + 4 if text == "empty" else min(y + 4, _FLOOR - 11)  # never one word on the other
    return (
        f'<path class="mark" d="M{_RIGHT - 16} {y:.1f}h24"/>'
        f'<text x="{_RIGHT + 12}" y="{below:.1f}">{text}</text>'
    )
