"""All commands as a table for a document, with the example of each one's help."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator

from host_tools.cli.app import COMMANDS

_EXAMPLE = re.compile(r"Example: (picodose .+)")


def functions() -> Iterator[tuple[str, str, Callable[..., None]]]:
    """Panel, whole name and function of every command."""
    for panel, commands in COMMANDS.items():
        for name, (file, _) in commands.items():
            module = importlib.import_module(f"host_tools.cli.commands.{file}")
            family = getattr(module, "FAMILY", None)
            if family is None:
                yield panel, name, getattr(module, name.replace("-", "_"))
                continue
            for verb, function in family.items():
                yield panel, f"{name} {verb}", function


def example(function: Callable[..., None]) -> str:
    """The example in a command's help; raises ValueError where there is none."""
    found = _EXAMPLE.search(inspect.getdoc(function) or "")
    if found is None:
        raise ValueError(f"{function.__name__} has no example")
    return found[1]


def markdown() -> str:
    """What each command is for, and one way to type it."""
    lines = ["| | what it does | for example |", "|---|---|---|"]
    for _, name, function in functions():
        first = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
        lines.append(f"| {name} | {first} | `{example(function)}` |")
    return "\n".join(lines)
