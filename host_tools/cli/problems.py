"""What can go wrong, by family: its exit code, and its four parts for a person or as JSON."""

from __future__ import annotations

from typing import Any

from host_tools.link.errors import (
    BadReplyError,
    KeyRefusedError,
    LinkLostError,
    NoAnswerError,
    OtherPumpError,
    PortError,
    PumpError,
    RefusedError,
)

FAMILIES = {
    "done": (0, "done"),
    "fault": (1, "a mistake in picodose itself"),
    "usage": (2, "the command line is wrong, or a question had nobody to answer it"),
    "port": (3, "no board, several, busy, forbidden, or none of that name"),
    "no answer": (4, "the pump does not answer, or the link broke; nothing acted"),
    "refused": (5, "the pump refused, and nothing was changed"),
    "not safe": (6, "it is not known whether the pump did it, or it needs a person now"),
    "key": (7, "the pump wants a key, another role, or SERVICE held"),
    "file": (8, "a file has mistakes, cannot be read or cannot be written"),
    "no": (9, "a person answered no, or broke it off; nothing was changed"),
    "board": (10, "the program on the board, or putting one there"),
}
"""Family to exit code and meaning; the README's table is made of this."""

_CLASSES: tuple[tuple[type[PumpError], str], ...] = (
    (KeyRefusedError, "key"),
    (RefusedError, "refused"),
    (PortError, "port"),
    (OtherPumpError, "port"),
    (LinkLostError, "no answer"),
    (BadReplyError, "no answer"),
    (NoAnswerError, "no answer"),
)


class Problem(PumpError):
    """An error of a command. next_line: what to type next, exactly."""

    def __init__(self, family: str, what: str, *, safe: str, cause: str, next_line: str) -> None:
        super().__init__(what, safe=safe, cause=cause, command=next_line)
        self.family = family


def family_of(error: PumpError) -> str:
    """The family of any error of the host tools."""
    if isinstance(error, Problem):
        return error.family
    named = getattr(error, "family", None)
    if named in FAMILIES:
        return str(named)
    if getattr(error, "unsure", False):
        return "not safe"
    return next((name for kind, name in _CLASSES if isinstance(error, kind)), "file")


def exit_code(family: str) -> int:
    """The exit code of a family."""
    return FAMILIES[family][0]


def as_data(error: PumpError, next_line: str) -> dict[str, Any]:
    """The error as the one JSON object of a command that failed."""
    family = family_of(error)
    told: dict[str, Any] = {"family": family, "exit": exit_code(family), "what": error.what}
    told |= {"safe": error.safe, "cause": error.cause, "next": next_line}
    for name in ("code", "name", "field", "value", "limit"):
        if isinstance(error, RefusedError):
            told[name] = getattr(error, name)
    return {"ok": False, "error": told}


def as_text(error: PumpError, next_line: str) -> str:
    """The error in its four parts."""
    return (
        f"What happened:    {error.what}\n"
        f"Is the pump safe: {error.safe}\n"
        f"Likely cause:     {error.cause}\n"
        f"Next:             {next_line}"
    )


def markdown() -> str:
    """The README's table of exit codes."""
    lines = ["| exit code | family | meaning |", "|---|---|---|"]
    lines += [f"| {code} | {name} | {what} |" for name, (code, what) in FAMILIES.items()]
    return "\n".join(lines)
