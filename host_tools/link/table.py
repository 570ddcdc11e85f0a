"""The device's own table of commands as rows, and as the table of docs/PROTOCOL.md."""

from __future__ import annotations

from typing import Any

from host_tools.link.keyring import ROLES
from picodose.link import canon
from picodose.link.commands import COMMANDS, PASSING

Row = tuple[str, int, int, str, list[tuple[str, int | None, int, bool]]]

_IDS = {0: "any", 1: "new, kept", PASSING: "new"}


def rows() -> list[Row]:
    """Name, role, ordered, handler, keys (name, low, high, needed) of every command."""
    found: list[Any] = [canon.find(line.split(" ")[0]) for line in COMMANDS.strip().split("\n")]
    return found


def markdown() -> str:
    """The table for people: command, role, id, fields."""
    lines = ["| command | role | id | fields |", "|---|---|---|---|"]
    for name, role, ordered, _, keys in rows():
        fields = ", ".join(_field(*key) for key in keys) or "-"
        lines.append(f"| `{name}` | {ROLES[role]} | {_IDS[ordered]} | {fields} |")
    return "\n".join(lines)


def _field(name: str, low: int | None, high: int, needed: bool) -> str:
    bounds = f"text, at most {high}" if low is None else f"{low} to {high}"
    return f"`{name}` ({bounds}{'' if needed else '; may be left out'})"
