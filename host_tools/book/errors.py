"""What can go wrong with the host's record, in the four parts of every error of the host tools."""

from __future__ import annotations

from host_tools.link.errors import PumpError

NO_PUMP = "The pump is not asked and not changed; it goes on by itself."


class BookError(PumpError):
    """The host's record cannot be used as asked; nothing in it was changed."""

    def __init__(self, what: str, *, cause: str, command: str) -> None:
        super().__init__(what, safe=NO_PUMP, cause=cause, command=command)
