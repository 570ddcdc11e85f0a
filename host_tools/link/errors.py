"""What can go wrong between host and pump, said so that a person knows what to do next.

Every error says four things: what happened, whether the pump is safe now, the likely cause, and
the exact next command.
"""

from __future__ import annotations

from typing import Any

from host_tools.link.amounts import bound

KEEPS_ON = "The pump goes on by itself with what it was doing; the link does not steer it."
UNTOUCHED = "Nothing was changed; the pump goes on with what it was doing."


class PumpError(Exception):
    """Root of all errors of the host tools."""

    unsure = False  # True: a request that acts may or may not have been carried out

    def __init__(self, what: str, *, safe: str, cause: str, command: str) -> None:
        self.what = what
        self.safe = safe
        self.cause = cause
        self.command = command
        super().__init__(what)

    def __str__(self) -> str:
        return (
            f"What happened: {self.what}\n"
            f"Is the pump safe: {self.safe}\n"
            f"Likely cause: {self.cause}\n"
            f"Next: {self.command}"
        )


class PortError(PumpError):
    """The port cannot be opened."""


class LinkLostError(PumpError):
    """The port was open and is gone."""


class OtherPumpError(PumpError):
    """Another pump is where this one was."""


class NoAnswerError(PumpError):
    """No reply came in time; an acting request may or may not have been carried out."""


class BadReplyError(PumpError):
    """The pump answered something that this host does not understand."""


class RefusedError(PumpError):
    """The pump (or the host before sending) refused a request; nothing was changed.

    code: number from picodose/codes.py; name: its constant's name; field, value, limit: what was
    asked and the bound it broke; hint: the pump's own remedy.
    """

    def __init__(self, request: str, name: str, reply: dict[str, Any], command: str) -> None:
        self.code: int = reply["code"]
        self.name = name
        self.field = reply["name"]
        self.value = reply["value"]
        self.limit = reply["limit"]
        self.hint: str = reply["hint"]
        told = bound(self.code, self.field, self.value, self.limit)
        super().__init__(
            f"{request} was refused: {told} ({self.name}, code {self.code})",
            safe=UNTOUCHED,
            cause=self.hint or "the request does not fit the pump's present state",
            command=command,
        )


class KeyRefusedError(RefusedError):
    """The pump wants another key, another role, or a hand on its SERVICE button."""


class PumpRestartedError(RefusedError):
    """The pump restarted, or it ended the session: what the host believes may be old."""
