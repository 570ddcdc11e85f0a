"""The pump of a console with its link and its record: connected, lost, and found again. One
thread's alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from host_tools.book import BookError
from host_tools.console.hearing import Hearing, Overtaken
from host_tools.console.programs import Programs
from host_tools.console.realtime import RealTime
from host_tools.console.record import Record
from host_tools.console.worlds import World
from host_tools.link.client import LinkClient, Reply
from host_tools.link.errors import (
    KEEPS_ON,
    LinkLostError,
    NoAnswerError,
    PumpError,
    PumpRestartedError,
)
from host_tools.link.keyring import Keyring

LOOK_S = 0.25
"""Real time from one status to the next, and from one look for a lost pump to the next."""
STALE_S = 3.0
_BACK_S = 0.5  # how long a pump that may be back has for its hello
_RESTART_MS = 500  # a boot takes longer, and clocks drift less from look to look
_IDENTITY = 3  # the page of the status that seldom changes


class Station:
    """world: where the pump is; hello and status: what it said last; trouble: why it is not
    linked, or what is wrong with the record.
    """

    def __init__(
        self,
        world: World,
        clock: RealTime,
        cut_in: Callable[[], bool],
        keyring: Keyring | None,
        record: Record,
    ) -> None:
        self.world = world
        self.record = record
        self.programs = Programs(keeps=world.kind == "board", hurries=world.kind == "sim")
        self._clock = clock
        self.hearing = Hearing(world.transport, cut_in)
        self.client = LinkClient(self.hearing, keyring=keyring)
        self.hello: Reply = {}
        self.status: Reply = {}
        self.linked = False
        self.trouble = ""
        self._seen_s: float | None = None
        self._due_s = 0.0
        self._something_done = False
        self._identity: Reply = {}
        self._began_ms = 0  # of the pump's boot, by the transport's time

    def age_s(self) -> float:
        """Real time since the last status; 0 before the first one."""
        return 0.0 if self._seen_s is None else self._clock.now_s() - self._seen_s

    def stale(self) -> bool:
        """Whether what is known must be marked as old."""
        return not self.linked or self._seen_s is None or self.age_s() > STALE_S

    def connect(self) -> None:
        """Say hello for the first time, or after the pump has restarted; raises PumpError."""
        self._greeted(self.client.connect())

    def done(self) -> None:
        """Something was done to the pump: look at once, and keep what is seen."""
        self._due_s, self._something_done = 0.0, True

    def look(self) -> bool:
        """Read the status if it is time; a pump that is away is looked for. True: it was read.

        Raises Overtaken.
        """
        if self._clock.now_s() < self._due_s:
            return False
        self._due_s = self._clock.now_s() + LOOK_S
        try:
            self.require_link()
            self.read()
            self._write_down()
            return True
        except PumpRestartedError:
            self.linked = False
        except Overtaken:
            self._due_s = 0.0
            raise
        except (LinkLostError, NoAnswerError) as error:
            self.lose(error)
        return False

    def read(self) -> None:
        """Read all of the status; a pump that has restarted is greeted anew. Raises PumpError."""
        status = self.client.status()
        began_ms = self.client.transport.now_ns() // 1_000_000 - int(status["uptime_ms"])
        if began_ms > self._began_ms + _RESTART_MS:
            self.connect()
        self._began_ms = began_ms
        if status["events"] != self.status.get("events"):  # it changes by what is journaled
            page = self.client.request("status", page=_IDENTITY)
            self._identity = {name: page[name] for name in page if name not in ("id", "ok")}
        self.status = self._identity | status
        self._seen_s = self._clock.now_s()

    def lose(self, error: PumpError) -> None:
        """The link is out; what was read last stays."""
        self.linked, self.trouble = False, error.what

    def require_link(self) -> None:
        """Look once for a pump that does not answer; raises LinkLostError, OtherPumpError."""
        if self.linked:
            return
        usual_s, self.client.timeout_s = self.client.timeout_s, _BACK_S
        try:
            self._greeted(self.client.recover(0))
        except LinkLostError:
            raise _away(self.client.transport.name) from None
        finally:
            self.client.timeout_s = usual_s

    def close(self) -> None:
        """Let pump and record go."""
        self.client.close()
        self.record.close()

    def _greeted(self, hello: Reply) -> None:
        self.hello, self.linked, self.trouble = hello, True, ""
        self.record.meet(hello, self.client.transport.name, self.world.wall_s())

    def _write_down(self) -> None:
        """Into the record; one that cannot be written is told, and stops nothing."""
        try:
            now_s, wall_s = self._clock.now_s(), self.world.wall_s()
            self.record.keep_status(self.status, wall_s, now_s, self._something_done)
            self._something_done = False
            self.record.follow(self.client, self.status, now_s)
            self.trouble = self.record.trouble
        except (BookError, sqlite3.Error) as problem:
            self.trouble = f"the record is not kept: {problem}".splitlines()[0]


def _away(port: str) -> LinkLostError:
    return LinkLostError(
        f"{port} does not answer",
        safe=KEEPS_ON,
        cause="the cable is out, the pump has no power, or it is just booting",
        command="plug it in, or wait: the console finds it by itself; then ask again",
    )
