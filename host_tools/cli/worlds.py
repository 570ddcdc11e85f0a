"""Which pump: a serial port or URL, `sim:` or `emu:`, or the only board that is plugged in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from host_tools.cli import state
from host_tools.link.errors import PortError
from host_tools.link.transport import SerialTransport, SimTransport, Transport

EMULATED_STEP_MS = 5.0
_PORTION_S = 60.0


class Reached(Protocol):
    """A pump in reach. kind: "board", "sim" or "emu"; name: as a person wrote or would write it;
    book and keys: a simulated pump's own files for its record and its keys, None for a board.
    """

    name: str
    kind: str
    transport: Transport
    book: Path | None
    keys: Path | None

    def wall_s(self) -> int:
        """Seconds since 2000-01-01 00:00 bench local time, of the world that the pump is in."""

    def wait(self, seconds: float) -> None:
        """Let the world's time pass."""


class Board:
    """A pump at a real port, or behind a socket."""

    kind = "board"

    def __init__(self, url: str) -> None:
        self.name = url
        self.book: Path | None = None
        self.keys: Path | None = None
        self.transport: Transport = _opened(url)

    def wall_s(self) -> int:
        """This host's clock."""
        from host_tools.cli.story import host_wall_s

        return host_wall_s()

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


class Simulated:
    """A pump of a story file."""

    def __init__(self, name: str, story: object) -> None:
        from host_tools.cli.story import Story

        assert isinstance(story, Story)
        self.name = name
        self.kind = str(story.head["kind"])
        self.story = story
        self.book: Path | None = state.beside(story.path, "book")
        self.keys: Path | None = state.beside(story.path, "keys")
        transport = SimTransport(story, name)
        if self.kind == "emu":
            transport.STEP_MS = EMULATED_STEP_MS
        self.transport: Transport = transport

    def wall_s(self) -> int:
        """The story's clock."""
        return self.story.wall_s

    def wait(self, seconds: float) -> None:
        """Let virtual time pass, a minute at a time, so that Ctrl-C is heard."""
        while seconds > 0:
            portion_s = min(seconds, _PORTION_S)
            self.story.run_for(portion_s * 1000)
            seconds -= portion_s


def is_simulated(name: str) -> bool:
    """True for `sim:...` and `emu:...`."""
    return name.startswith(("sim:", "emu:"))


@contextmanager
def reach(name: str) -> Iterator[Reached]:
    """Hold the pump of that name; raises PumpError. A port is let go at the end, a story kept."""
    if is_simulated(name):
        from host_tools.cli.story import Keeper

        kind, _, file = name.partition(":")
        with Keeper(state.story(file, kind), kind) as story:
            yield Simulated(name, story)
        return
    board = Board(name or _only_board())
    try:
        yield board
    finally:
        board.transport.close()


def _only_board() -> str:
    from host_tools.cli.ports import only_board

    return only_board()


def _opened(url: str) -> SerialTransport:
    """A real port, for this process alone; raises Problem."""
    from host_tools.cli.ports import why_not

    try:
        return SerialTransport(url, **({} if "://" in url else {"exclusive": True}))
    except PortError as error:
        raise why_not(url, error.__cause__) from error
