"""What the official firmware really has: the reviewed list of names and constants.

`fill` completes a modelled module to exactly that list: a name without a model is there, as on
the board, and raises NotModelled when it is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from shim.errors import NotModelled

HERE = Path(__file__).resolve().parent
SURFACE_FILE = HERE / "firmware-surface-v1.27.0.txt"
GAPS_FILE = HERE / "surface_gaps.txt"


@dataclass(frozen=True)
class Name:
    """One name of a module: its kind, its value if constant, its members if a class."""

    kind: str
    value: int | str | None
    members: dict[str, int | None]


def _parse_members(words: list[str]) -> dict[str, int | None]:
    members: dict[str, int | None] = {}
    for word in words:
        name, _, number = word.partition("=")
        members[name] = int(number) if number else None
    return members


def _parse(line: str) -> tuple[str, str, Name]:
    path, _, rest = line.partition(" ")
    module, _, name = path.partition(".")
    if rest.startswith("= "):
        text = rest[2:]
        value = text.strip("'") if text.startswith("'") else int(text)
        return module, name, Name("constant", value, {})
    kind, *members = rest.split()
    return module, name, Name(kind, None, _parse_members(members))


@cache
def firmware() -> dict[str, dict[str, Name]]:
    """module -> name -> what the firmware has there."""
    modules: dict[str, dict[str, Name]] = {}
    for line in SURFACE_FILE.read_text().splitlines():
        if line and not line.startswith("#"):
            module, name, entry = _parse(line)
            modules.setdefault(module, {})[name] = entry
    return modules


@cache
def gaps() -> dict[str, str]:
    """Reviewed differences: `module.name` -> reason."""
    reasons: dict[str, str] = {}
    for line in GAPS_FILE.read_text().splitlines():
        if line and not line.startswith("#"):
            path, _, reason = line.partition(" ")
            reasons[path] = reason.strip()
    return reasons


def _refuse(path: str) -> NoReturn:
    raise NotModelled(f"{path} exists on the board, the virtual Pico has no model of it")


@cache
def placeholder(module: str, name: str) -> Any:
    """Stands where the firmware has `module.name` and the bench has no model."""
    entry = firmware()[module][name]
    path = f"{module}.{name}"
    if entry.kind == "constant":
        return entry.value
    if entry.kind == "class":
        members: dict[str, Any] = {m: v for m, v in entry.members.items() if v is not None}
        members["__init__"] = lambda self, *_args, **_kw: _refuse(path)
        for member, value in entry.members.items():
            if value is None:
                members[member] = lambda *_args, **_kw: _refuse(path)
        return type(name, (), members)
    return lambda *_args, **_kw: _refuse(path)


def fill(module: str, modelled: dict[str, Any]) -> dict[str, Any]:
    """Add a placeholder for every firmware name of `module` that is not in `modelled`."""
    names = dict(modelled)
    for name in firmware()[module]:
        if name not in names:
            names[name] = placeholder(module, name)
    return names


def pick(module: str, source: Any) -> dict[str, Any]:
    """The firmware's names of `module`, taken from a host module that behaves alike."""
    return {n: getattr(source, n) for n in firmware()[module] if hasattr(source, n)}
