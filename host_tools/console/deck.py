"""Deck: one pump, owned by one thread of its own; any thread may ask and read.

Only that thread touches the pump, its world and its link. A request waits in a queue and its
future gets the answer; STOP does not wait: it throws out what waits, cuts off what is under way,
and goes first.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from host_tools.console import deeds, record, worlds
from host_tools.console.asked import STOP, Asked, Request
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
        self._asked = Asked(survives=lambda verb: verb in deeds.OF_BENCH)
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
        self._asked.close()
        if self._thread is None:
            self._let_go()
        else:
            self._thread.join()

    def do(self, verb: str, **facts: Any) -> Future[dict[str, Any]]:
        """Ask for something; the future gets a dictionary, or raises PumpError.

        "stop" goes before everything: requests to the pump that wait are thrown out.
        """
        request = Request(verb, facts)
        self._asked.put(request)
        return request.answer

    def step(self) -> None:
        """One pass: answer what was asked, let time pass, look, show. Never raises."""
        self._asked.bell.clear()
        try:
            self._pass()
        except Exception as fault:  # the thread goes on; the page says so
            self._note(f"a mistake of the console: {type(fault).__name__}: {fault}")
            self._clock.wait(self._asked.bell, _IDLE_S)

    def _pass(self) -> None:
        station = self._reached()
        if station is None:
            return
        done = self._answer(station)
        rest = station.world.pass_time()
        if not self._asked.is_urgent:
            self._look(station)
        if done or self._clock.now_s() - self._shown_s >= _SHOW_S:
            self._show(station)
        if rest and self._asked.is_empty:
            self._clock.wait(self._asked.bell, _IDLE_S)

    def _look(self, station: Station) -> None:
        try:
            if station.look():
                self._looks.see(station)
        except Overtaken:
            pass  # the next pass begins with STOP
        except PumpError as error:
            station.lose(error)

    def _live(self) -> None:
        try:
            while not self._asked.closed:
                self.step()
        finally:  # whatever ended it, nobody waits for an answer for ever
            self._asked.close()
            self._let_go()

    def _hurried(self) -> bool:
        return self._asked.is_urgent

    def _reached(self) -> Station | None:
        """The pump, connected; None while it cannot be reached."""
        if self._station is None:
            try:
                world = self._world()
            except PumpError as error:
                self._note(error.what)
                self._asked.refuse(error)
                self._clock.wait(self._asked.bell, _AGAIN_S)
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

    def _answer(self, station: Station) -> bool:
        """Do all that was asked, STOP first; True: something was done."""
        done = False
        while request := self._asked.take():
            wanted = request.answer.set_running_or_notify_cancel()
            if wanted or request.verb == STOP:  # STOP is meant, even by one who has gone since
                self._carry_out(station, request)
            done = True
        return done

    def _carry_out(self, station: Station, request: Request) -> None:
        station.hearing.deaf = request.verb == STOP
        try:
            request.succeed(deeds.carry_out(station, request.verb, request.facts))
        except PumpError as error:
            request.fail(self._judged(station, request.verb, error))
        except Exception as fault:
            request.fail(_mistake(request.verb, fault))
            self._note(f"a mistake of the console: {type(fault).__name__}: {fault}")
        finally:
            station.hearing.deaf = False
            self._asked.done(request)

    def _judged(self, station: Station, verb: str, error: PumpError) -> PumpError:
        """What an error means for the link; returns what the asker is told."""
        if isinstance(error, Overtaken):
            thrown_out = self._asked.thrown_out(verb)
            thrown_out.safe = error.safe
            return thrown_out
        if isinstance(error, LinkLostError | NoAnswerError):
            station.lose(error)
        if isinstance(error, PumpRestartedError):
            station.linked = False
        return error

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
        self._view = replace(self._view, linked=False, stale=True, trouble="the console is closed")


def _mistake(verb: str, fault: Exception) -> PumpError:
    return PumpError(
        f"the console made a mistake at {verb}: {type(fault).__name__}: {fault}",
        safe=f"{KEEPS_ON} STOP needs nothing of what failed.",
        cause="a mistake in picodose",
        command="picodose status",
    )
