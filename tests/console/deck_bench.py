"""A deck that a test drives pass by pass, with a clock of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from host_tools.console.deck import Deck
from host_tools.console.station import Station
from host_tools.console.worlds import SimWorld

NOON_S = 847_972_800
"""2026-11-14 12:00."""
LOOK_S = 0.0001
CONST = 'mode = "const"\nrate = "{} uL/h"\n'


class HandClock:
    """Real time that passes where somebody waits, and a little at every look."""

    def __init__(self) -> None:
        self.s = 0.0

    def now_s(self) -> float:
        """A look takes a tenth of a millisecond."""
        self.s += LOOK_S
        return self.s

    def wait(self, bell: threading.Event, span_s: float) -> None:
        """Nobody waits in a test."""
        if not bell.is_set():
            self.s += span_s


class Bench:
    """A deck on a virtual pump that was switched on at noon; `clock`: its real time."""

    def __init__(self, **facts: Any) -> None:
        self.clock = HandClock()
        self.deck = Deck(clock=self.clock, wall_s=NOON_S, **facts)
        self.deck.step()

    @property
    def station(self) -> Station:
        """What the deck's thread holds, for a test to look into."""
        assert self.deck._station is not None
        return self.deck._station

    @property
    def world(self) -> SimWorld:
        """The virtual pump's."""
        world = self.station.world
        assert isinstance(world, SimWorld)
        return world

    def ask(self, verb: str, **facts: Any) -> dict[str, Any]:
        """Ask, and let one pass happen, which answers; raises what the pump's answer is."""
        return self.answered(self.deck.do(verb, **facts))

    def answered(self, answer: Future[dict[str, Any]]) -> dict[str, Any]:
        """Let one pass happen; returns the answer, raises its error."""
        self.deck.step()
        found = answer.result(0)
        assert found is not None
        return found

    def until(self, holds: Callable[[], bool], limit_s: float = 60.0) -> None:
        """Passes until something holds; raises after so much of the clock's time."""
        end_s = self.clock.s + limit_s
        while not holds():
            self.deck.step()
            assert self.clock.s < end_s, self.deck.view

    def for_s(self, span_s: float) -> None:
        """Passes for a span of the clock's time."""
        end_s = self.clock.s + span_s
        self.until(lambda: self.clock.s >= end_s, 2 * span_s + 1)

    def program(self, text: str) -> dict[str, Any]:
        """Stage a text and commit it with what it needs; returns what was staged."""
        staged = self.ask("stage", text=text)
        self.ask("commit", digest=staged["digest"], override=",".join(staged["needs"]))
        return staged
