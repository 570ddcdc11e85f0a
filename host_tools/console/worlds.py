"""The world that a pump of the console is in: simulated in this process, or the bench itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from host_tools import simulated
from host_tools.book import IN_MEMORY, default_path
from host_tools.console.ear import pattern_of
from host_tools.console.pace import Pace
from host_tools.console.realtime import RealTime
from host_tools.faults import FAULTS
from host_tools.link.keyring import Keyring
from host_tools.link.transport import SimTransport, Transport

SIM = "sim:"
BOOT_MS = 3_000


class World(Protocol):
    """What the console needs of either. words: says plainly which world this is."""

    kind: str
    words: str
    transport: Transport

    def now_s(self) -> float:
        """The world's own time since the console began."""

    def wall_s(self) -> int:
        """Seconds since 2000-01-01 00:00 bench local time, in this world."""

    def pass_time(self) -> bool:
        """A portion of the world's time, at most 50 ms of real time; True: nothing is left to
        do.
        """

    def faults(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What can be broken here, and what is broken."""

    def speeds(self) -> tuple[float, float]:
        """Speed asked for, and speed reached."""

    def heard(self) -> str:
        """Name of the pattern that can be heard from the pump now; "": none, or nobody knows."""

    def dispensed_nl(self) -> int | None:
        """Water that left the tip since the console began; None where nobody can tell."""


class SimWorld:
    """A fresh virtual pump on its bench; wall_s: its time of day when it is switched on; profile:
    of device/profiles, empty for the active one. broken: names of faults that are there.
    """

    kind = "sim"
    words = "VIRTUAL PUMP, simulated in this process: no hardware"

    def __init__(
        self,
        seed: int,
        profile: str,
        wall_s: int,
        clock: RealTime,
        hurried: Callable[[], bool],
    ) -> None:
        self.pico: Any
        self.pico, self.bench = simulated.make("sim", seed, profile)
        self.broken: set[str] = set()
        self.pico.run_for(BOOT_MS)
        self._begun_s: float = self.pico.now_ns / 1e9
        self._wall_s = wall_s
        self.transport: Transport = SimTransport(self.pico)
        self._begun_nl: int = int(self.bench.dispensed_nl)
        self.pace = Pace(self.pico.run_for, lambda: int(self.pico.now_ns), clock, hurried)

    def act(self, verb: str, *facts: Any) -> None:
        """Do something to the pump or around it, see host_tools.simulated."""
        simulated.act(self.pico, self.bench, verb, *facts)

    def faults(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """All there are, and those that are there."""
        return tuple(FAULTS), tuple(name for name in FAULTS if name in self.broken)

    def now_s(self) -> float:
        """Virtual seconds since the console began."""
        now_ns: int = self.pico.now_ns
        return now_ns / 1e9 - self._begun_s

    def wall_s(self) -> int:
        """The world's own time of day, right from the start."""
        return self._wall_s + int(self.now_s())

    def pass_time(self) -> bool:
        """A portion of virtual time."""
        return self.pace.portion()

    def speeds(self) -> tuple[float, float]:
        """Of virtual time against real time."""
        return self.pace.speed, self.pace.reached()

    def heard(self) -> str:
        """The pattern of the note that the piezo played last, if that was just now."""
        return pattern_of(self.bench.beeper.notes(self.pico.now_ns), self.pico.now_ns)

    def dispensed_nl(self) -> int | None:
        """By the plant."""
        return int(self.bench.dispensed_nl) - self._begun_nl


class BoardWorld:
    """A pump at a port or URL; raises PumpError."""

    kind = "board"

    def __init__(self, url: str, clock: RealTime) -> None:
        from host_tools.cli.worlds import Board

        is_wire = "://" in url
        self.words = (
            f"PUMP behind {url}: a board or a simulation" if is_wire else f"BOARD at {url}"
        )
        board = Board(url)
        self.transport: Transport = board.transport
        self.wall_s = board.wall_s
        self._clock, self._begun_s = clock, clock.now_s()

    def now_s(self) -> float:
        """Real seconds since the console began."""
        return self._clock.now_s() - self._begun_s

    def pass_time(self) -> bool:
        """It passes by itself."""
        return True

    def faults(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Nothing: nobody breaks a board by a button."""
        return (), ()

    def speeds(self) -> tuple[float, float]:
        """Real time."""
        return 1.0, 1.0

    def heard(self) -> str:
        """Only a person in the room knows."""
        return ""

    def dispensed_nl(self) -> int | None:
        """Only a scale could tell."""
        return None


def keyring_of(port: str) -> Keyring | None:
    """This host's keys for a board; a virtual pump of the console has none."""
    return None if port == SIM else Keyring()


def book_of(port: str, book: Path | str | None) -> Path | str:
    """Where the record is: where nobody says so, in memory for a virtual pump, else the usual
    one.
    """
    return book or (IN_MEMORY if port == SIM else default_path())
