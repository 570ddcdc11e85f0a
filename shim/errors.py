"""What the virtual bench raises, at the test and inside the device."""

from __future__ import annotations


class BenchError(Exception):
    """Root of the errors meant for whoever uses the bench."""


class Stuck(BenchError):  # noqa: N818 - the contract names it
    """A predicate did not become true in time; the text ends with the tail of the console."""


class StrictError(BaseException):
    """Device code broke a rule of a strict mode; the text names file and line.

    Not an Exception: device code that catches everything must not hide it.
    """


class NotModelled(NotImplementedError):  # noqa: N818 - says what is the matter
    """The firmware has this name, the bench has no model of it: calling it must not pretend."""


class Reboot(BaseException):
    """Ends the running device program: power cut or reset. Not for device code to catch."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
