"""The pump of a console with its link: connected, lost, and found again. One thread's alone."""

from __future__ import annotations

from typing import Any

from host_tools.console.hearing import Hearing
from host_tools.console.realtime import RealTime
from host_tools.console.worlds import World
from host_tools.link.client import LinkClient, Reply
from host_tools.link.errors import LinkLostError, NoAnswerError, PumpError, PumpRestartedError
from host_tools.link.keyring import Keyring

LOOK_S = 0.25
"""Real time from one status to the next, and from one look for a lost pump to the next."""
STALE_S = 3.0
_BACK_S = 0.5  # how long a pump that may be back has for its hello
_IDENTITY = 3  # the page of the status that seldom changes


class Station:
    """world: where the pump is; hello and status: what it said last."""

    def __init__(
        self, world: World, clock: RealTime, cut_in: Any, keyring: Keyring | None
    ) -> None:
        self.world = world
        self._clock = clock
        self.hearing = Hearing(world.transport, cut_in)
        self.client = LinkClient(self.hearing, keyring=keyring)
        self.hello: Reply = {}
        self.status: Reply = {}
        self.linked = False
        self.trouble = ""
        self._seen_s: float | None = None
        self._due_s = 0.0

    def age_s(self) -> float:
        """Real time since the last status; 0 before the first one."""
        return 0.0 if self._seen_s is None else self._clock.now_s() - self._seen_s

    def stale(self) -> bool:
        """Whether what is known must be marked as old."""
        return not self.linked or self._seen_s is None or self.age_s() > STALE_S

    def connect(self) -> None:
        """Say hello for the first time, or after the pump has restarted; raises PumpError."""
        self.hello = self.client.connect()
        self.found()

    def found(self) -> None:
        """The pump has answered to a hello."""
        self.linked, self.trouble = True, ""
        self._due_s = 0.0

    def look(self) -> bool:
        """Read the status if it is time; a pump that is away is looked for. True: it was read."""
        if self._clock.now_s() < self._due_s:
            return False
        self._due_s = self._clock.now_s() + LOOK_S
        try:
            if not self.linked:
                self._find()
            self.read()
            return True
        except PumpRestartedError:
            self.connect()
        except (LinkLostError, NoAnswerError) as error:
            self.lose(error)
        return False

    def read(self) -> None:
        """Read all of the status; raises PumpError."""
        before_ms = self.status.get("uptime_ms", 0)
        status = self.client.status()
        if status["uptime_ms"] < before_ms or not self.status:
            self.hello = self.client.connect()
        identity = self.client.request("status", page=_IDENTITY)
        del identity["id"], identity["ok"]
        self.status = status | identity
        self._seen_s = self._clock.now_s()

    def lose(self, error: PumpError) -> None:
        """The link is out."""
        self.linked, self.trouble = False, error.what

    def require_link(self) -> None:
        """Raise the error of a lost link where the pump does not answer; it may be back."""
        if not self.linked:
            self._find()

    def _find(self) -> None:
        """One try; raises LinkLostError."""
        usual_s, self.client.timeout_s = self.client.timeout_s, _BACK_S
        try:
            self.hello = self.client.recover(0)
            self.found()
        finally:
            self.client.timeout_s = usual_s
