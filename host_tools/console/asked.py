"""What was asked of a deck and is not done yet: a queue that STOP overtakes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from host_tools.console.hearing import Overtaken
from host_tools.link.errors import KEEPS_ON, PumpError

STOP = "stop"


@dataclass(eq=False)
class Request:
    """What somebody asked for, and where the answer goes."""

    verb: str
    facts: Mapping[str, Any]
    answer: Future[dict[str, Any]] = field(default_factory=Future)

    def fail(self, error: Exception) -> None:
        """Answer by an error; whoever asked may have given up."""
        with suppress(InvalidStateError):
            self.answer.set_exception(error)

    def succeed(self, result: dict[str, Any]) -> None:
        """Answer it."""
        with suppress(InvalidStateError):
            self.answer.set_result(result)


class Asked:
    """Any thread puts in, one takes out. survives(verb): what STOP does not throw out, for it
    concerns no pump. bell: rung at every request.
    """

    def __init__(self, survives: Callable[[str], bool]) -> None:
        self.bell = threading.Event()
        self.closed = False
        self._survives = survives
        self._lock = threading.Lock()
        self._stops: deque[Request] = deque()
        self._others: deque[Request] = deque()

    @property
    def is_urgent(self) -> bool:
        """Somebody presses STOP, or closes the console: leave off at once."""
        return bool(self._stops) or self.closed

    @property
    def is_empty(self) -> bool:
        """Nothing waits."""
        return not self._stops and not self._others

    def put(self, request: Request) -> None:
        """Let it wait for its turn; STOP throws out what waits for the pump, and comes first."""
        out: list[Request] = []
        with self._lock:
            if self.closed:
                out = [request]
            elif request.verb == STOP:
                out = [one for one in self._others if not self._survives(one.verb)]
                self._others = deque(one for one in self._others if one not in out)
                self._stops.append(request)
            else:
                self._others.append(request)
        for one in out:
            one.fail(self.thrown_out(one.verb))
        self.bell.set()

    def take(self) -> Request | None:
        """The next one, STOP first. It stays urgent until `done`."""
        with self._lock:
            if self._stops:
                return self._stops[0]
            return self._others.popleft() if self._others else None

    def done(self, request: Request) -> None:
        """It was carried out, or failed."""
        with self._lock:
            if request in self._stops:
                self._stops.remove(request)

    def refuse(self, error: PumpError | None = None) -> None:
        """Answer all that waits by an error; None: by that of a closed console."""
        with self._lock:
            waiting = [*self._stops, *self._others]
            self._stops.clear()
            self._others.clear()
        for one in waiting:
            one.fail(error or _closed(one.verb))

    def close(self) -> None:
        """Take no more, and refuse what waits."""
        with self._lock:
            self.closed = True
        self.refuse()
        self.bell.set()

    def thrown_out(self, verb: str) -> PumpError:
        """The error of what STOP, or the end of the console, came before."""
        return _closed(verb) if self.closed else Overtaken(verb)


def _closed(verb: str) -> PumpError:
    return PumpError(
        f"{verb} was not asked: the console is closed",
        safe=KEEPS_ON,
        cause="the program that holds the pump ends",
        command="make console",
    )
