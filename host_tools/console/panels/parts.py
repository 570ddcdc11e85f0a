"""Elements that several panels use."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

SHAPES = {"high": "▲", "medium": "◆", "low": "●"}
"""Of a priority, beside its word and colour."""


@contextmanager
def card(title: str, name: str) -> Iterator[ui.element]:
    """A part of the page with a heading; `name` is its id and its place in the style sheet."""
    with (
        ui.element("section")
        .classes(f"card {name}")
        .props(f'aria-labelledby="{name}-title"') as it
    ):
        heading(title, name)
        yield it


def heading(title: str, name: str) -> None:
    """The heading of a card."""
    with ui.element("h2").props(f'id="{name}-title"'):
        ui.label(title)


def button(text: str, on_click: Callable[..., Any] | None = None, kind: str = "") -> ui.button:
    """A push button. kind: "main" for the one that is meant to be pressed, "plain" for others."""
    made = ui.button(text, on_click=on_click, color=None).props("unelevated no-caps")
    return made.classes(f"push {kind or 'plain'}")


def field(label: str, value: str, unit: str = "", **props: str) -> ui.input:
    """A line to type in, with its unit."""
    typed = ui.input(label, value=value).props("outlined dense stack-label")
    typed.props(f'suffix="{unit}"' if unit else "")
    for name, said in props.items():
        typed.props(f'{name.replace("_", "-")}="{said}"')
    return typed


def set_text(label: ui.label, text: str) -> None:
    """Change a text, where it is another one."""
    if label.text != text:
        label.set_text(text)


def number(text: str, unit: int) -> int:
    """What was typed into a field, in the pump's unit; ValueError for what is no finite number."""
    typed = float(text.replace(",", ".")) * unit
    if not math.isfinite(typed):
        raise ValueError(f"{text} is no number of anything")
    return round(typed)


def answers(asked: ui.dialog, no: str, yes: str, deed: Callable[[], Any]) -> None:
    """The two ends of a dialog: leave it, or do it."""
    with ui.element("div").classes("buttons end"):
        button(no, asked.close)
        button(yes, deed, "main")


@contextmanager
def dialog(title: str) -> Iterator[ui.dialog]:
    """A dialog with a heading; Escape closes it."""
    made = ui.dialog().props(f'aria-label="{title}"')
    with made, ui.element("div").classes("dialog"):
        with ui.element("h2"):
            ui.label(title)
        yield made
