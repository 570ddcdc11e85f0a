"""Deck: one pump, owned by one thread of its own; any thread may ask and read.

Only that thread touches the pump, its world and its link. A request waits in a queue and its
future gets the answer; STOP does not wait: it throws out what waits, cuts off what is under way,
and goes first.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from host_tools.console import deeds, record, worlds
from host_tools.console.hearing import Overtaken
from host_tools.console.looks import Looks
from host_tools.console.realtime import HostTime, RealTime
from host_tools.console.station import Station
from host_tools.console.view import View
from host_tools.console.worlds import SIM, BoardWorld, SimWorld, World
from host_tools.link.errors import (
    KEEPS_ON,
    LinkLostError,
    NoAnswerError,
    PumpError,
    PumpRestartedError,
)

_IDLE_S = 0.02
_SHOW_S = 0.2
_AGAIN_S = 1.0  # from one look for a port to the next


@dataclass
class Request:
    """What somebody asked for, and where the answer goes."""

    verb: str
    facts: Mapping[str, Any]
    answer: Future[dict[str, Any]] = field(default_factory=Future)


class Deck:
    """port: "sim:" for a fresh virtual pump in this process with its clock set, else a port or a
    URL. Of a virtual pump: speed_factor; seed; profile: of device/profiles, empty for the active
    one; prepared: its nominal step volume is accepted; wall_s: its time of day, else this host's.
    book: the record, see worlds.book_of.
    """

    def __init__(
        self,
        port: str = SIM,
        *,
        speed_factor: float = 1.0,
        seed: int = 0,
        book: Path | str | None = None,
        profile: str = "",
        prepared: bool = False,
        wall_s: int | None = None,
        clock: RealTime | None = None,
    ) -> None:
        self._port, self._speed, self._seed = port, speed_factor, seed
        self._book, self._profile, self._prepared = book, profile, prepared
        self._wall_s = wall_s
        self._clock = clock or HostTime()
        self._bell = threading.Event()
        self._lock = threading.Lock()
        self._stops: deque[Request] = deque()
        self._requests: deque[Request] = deque()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._station: Station | None = None
        self._looks = Looks()
        self._shown_s = float("-inf")
        self._view = View(world=f"connecting to {port}", kind="sim" if port == SIM else "board")

    @property
    def view(self) -> View:
        """The newest picture; replaced as a whole about 5 times a second of real time."""
        return self._view

    def start(self) -> None:
        """Let the thread begin, which reaches the pump."""
        self._thread = threading.Thread(target=self._live, name="picodose-deck", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the pump go; a running pump goes on by itself. What waits is told so."""
        with self._lock:
            self._closed = True
            waiting = [*self._stops, *self._requests]
            self._stops.clear()
            self._requests.clear()
        for request in waiting:
            _fail(request, _closed(request.verb))
        self._bell.set()
        if self._thread is None:
            self._let_go()
        else:
            self._thread.join()

    def do(self, verb: str, **facts: Any) -> Future[dict[str, Any]]:
        """Ask for something; the future gets a dictionary, or raises PumpError.

        "stop" goes before everything: requests to the pump that wait are thrown out.
        """
        request = Request(verb, facts)
        thrown_out: list[Request] = []
        with self._lock:
            if self._closed:
                thrown_out = [request]
            elif verb == "stop":
                thrown_out = [one for one in self._requests if one.verb not in deeds.OF_BENCH]
                self._requests = deque(one for one in self._requests if one.verb in deeds.OF_BENCH)
                self._stops.append(request)
            else:
                self._requests.append(request)
        for one in thrown_out:
            _fail(one, _thrown_out(one.verb, self._closed))
        self._bell.set()
        return request.answer

    def step(self) -> None:
        """One pass: answer what was asked, let time pass, look, show. Never raises."""
        self._bell.clear()
        try:
            self._pass()
        except Exception as fault:  # the thread goes on; the page says so
            self._note(f"a mistake of the console: {type(fault).__name__}: {fault}")
            self._clock.wait(self._bell, _IDLE_S)

    def _pass(self) -> None:
        station = self._reached()
        if station is None:
            return
        done = self._answer(station)
        rest = station.world.pass_time()
        if not self._hurried():
            self._look(station)
        if done or self._clock.now_s() - self._shown_s >= _SHOW_S:
            self._show(station)
        if rest and not self._requests:
            self._clock.wait(self._bell, _IDLE_S)

    def _look(self, station: Station) -> None:
        try:
            if station.look():
                self._looks.see(station)
        except Overtaken:
            pass  # the next pass begins with STOP
        except PumpError as error:
            station.lose(error)

    def _live(self) -> None:
        while not self._closed:
            self.step()
        self._let_go()

    def _hurried(self) -> bool:
        """Somebody presses STOP, or closes the console."""
        return bool(self._stops) or self._closed

    def _reached(self) -> Station | None:
        """The pump, connected; None while it cannot be reached."""
        if self._station is None:
            try:
                world = self._world()
            except PumpError as error:
                self._note(error.what)
                self._refuse(error)
                self._clock.wait(self._bell, _AGAIN_S)
                return None
            keys = worlds.keyring_of(self._port)
            book = record.opened(worlds.book_of(self._port, self._book))
            self._station = Station(world, self._clock, self._hurried, keys, book)
            self._set_up(self._station)
        return self._station

    def _world(self) -> World:
        if self._port != SIM:
            return BoardWorld(self._port, self._clock)
        from host_tools.cli.story import host_wall_s

        wall_s = host_wall_s() if self._wall_s is None else self._wall_s
        world = SimWorld(self._seed, self._profile, wall_s, self._clock, self._hurried)
        world.pace.set_speed(self._speed)
        return world

    def _set_up(self, station: Station) -> None:
        """What the console does to a virtual pump of its own before a person comes."""
        if station.world.kind == "sim":
            station.hearing.deaf = True
            station.connect()
            station.client.request("clock", wall_s=station.world.wall_s())
            if self._prepared:
                deeds.carry_out(station, "accept_nominal", {})
            station.hearing.deaf = False

    def _refuse(self, error: PumpError) -> None:
        """Nothing can be done while there is no pump."""
        with self._lock:
            waiting = [*self._stops, *self._requests]
            self._stops.clear()
            self._requests.clear()
        for request in waiting:
            _fail(request, error)

    def _answer(self, station: Station) -> bool:
        """Do all that was asked, STOP first; True: something was done."""
        done = False
        while request := self._next():
            self._carry_out(station, request)
            done = True
        return done

    def _next(self) -> Request | None:
        with self._lock:
            for queue in (self._stops, self._requests):
                if queue:
                    return queue[0] if queue is self._stops else queue.popleft()
        return None

    def _carry_out(self, station: Station, request: Request) -> None:
        is_stop = request.verb == "stop"
        if not request.answer.set_running_or_notify_cancel() and not is_stop:
            return  # whoever asked no longer wants it
        station.hearing.deaf = is_stop
        try:
            result = deeds.carry_out(station, request.verb, request.facts)
        except Overtaken as error:
            thrown_out = _thrown_out(request.verb, self._closed)
            thrown_out.safe = error.safe
            _fail(request, thrown_out)
        except (LinkLostError, NoAnswerError) as error:
            station.lose(error)
            _fail(request, error)
        except PumpRestartedError as error:
            station.linked = False
            _fail(request, error)
        except PumpError as error:
            _fail(request, error)
        except Exception as fault:
            _fail(request, _mistake(request.verb, fault))
            self._note(f"a mistake of the console: {type(fault).__name__}: {fault}")
        else:
            if not request.answer.cancelled():
                request.answer.set_result(result)
        finally:
            station.hearing.deaf = False
            if is_stop:
                with self._lock:
                    self._stops.popleft()

    def _show(self, station: Station) -> None:
        self._shown_s = self._clock.now_s()
        self._view = self._looks.view(station)

    def _note(self, trouble: str) -> None:
        """Say on the page what is wrong; what it shows is not renewed meanwhile."""
        self._view = replace(self._view, trouble=trouble, stale=True)

    def _let_go(self) -> None:
        if self._station is not None:
            self._station.close()
        self._station = None


def _fail(request: Request, error: Exception) -> None:
    with suppress(InvalidStateError):  # whoever asked has given up
        request.answer.set_exception(error)


def _thrown_out(verb: str, closed: bool) -> PumpError:
    return _closed(verb) if closed else Overtaken(verb)


def _closed(verb: str) -> PumpError:
    return PumpError(
        f"{verb} was not asked: the console is closed",
        safe=KEEPS_ON,
        cause="the program that holds the pump ends",
        command="make console",
    )


def _mistake(verb: str, fault: Exception) -> PumpError:
    return PumpError(
        f"the console made a mistake at {verb}: {type(fault).__name__}: {fault}",
        safe=f"{KEEPS_ON} STOP needs nothing of what failed.",
        cause="a mistake in picodose",
        command="picodose status",
    )
