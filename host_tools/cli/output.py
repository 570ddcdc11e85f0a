"""What a command prints: for a person by rich, or exactly one JSON object on stdout."""

from __future__ import annotations

import json
import sys
from typing import Any


class Output:
    """One command's output. as_json: nothing but the one object of `result` goes to stdout."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def say(self, *parts: Any) -> None:
        """Print for a person: texts, which have no markup, and rich's tables."""
        if self.as_json:
            return
        console = _console()
        for part in parts:
            console.print(part, markup=False, highlight=False)

    def result(self, data: dict[str, Any], *parts: Any) -> None:
        """The end of a command that went well."""
        if self.as_json:
            print(json.dumps({"ok": True, **data}))
        self.say(*parts)

    def problem(self, data: dict[str, Any], text: str) -> None:
        """The end of a command that failed."""
        if self.as_json:
            print(json.dumps(data))
        else:
            print(text, file=sys.stderr)


def _console() -> Any:
    from rich.console import Console

    return Console(soft_wrap=False)
