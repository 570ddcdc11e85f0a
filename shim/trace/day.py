"""What a picture or table of a run shows, as plain data: no simulation, no firmware, no drawing.

All times are seconds from the start of the run; `start_s` tells which time of day that was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

PRIORITIES = ("high", "medium", "low")


@dataclass(frozen=True)
class Series:
    """Points in time order, times in s."""

    t_s: Sequence[float]
    values: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.t_s) != len(self.values):
            raise ValueError(f"{len(self.t_s)} times but {len(self.values)} values")

    @classmethod
    def from_points(cls, points: Sequence[tuple[int, float]], t0_ns: int = 0) -> Series:
        """A series from a recorder's (t_ns, value) points; t0_ns becomes second 0."""
        return cls([(t_ns - t0_ns) / 1e9 for t_ns, _ in points], [value for _, value in points])

    def at(self, t_s: float) -> float:
        """The last value at or before t_s (the first one before all points); a held value."""
        if not self.values:
            raise ValueError("an empty series has no value")
        return self.values[max(0, bisect_right(self.t_s, t_s) - 1)]


@dataclass(frozen=True)
class AlarmSpan:
    """One alarm from its cause to its end; `end_s` None: still active when the run ended."""

    name: str
    priority: str  # one of PRIORITIES
    start_s: float
    end_s: float | None = None


@dataclass(frozen=True)
class Bolus:
    """An extra amount over a duration."""

    start_s: float
    duration_s: float
    amount_nl: float
    origin: str = "schedule"


@dataclass(frozen=True)
class Span:
    """A stretch of time with a name, e.g. a power loss."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True)
class Mark:
    """An instant with a name, e.g. the clock was set."""

    at_s: float
    label: str


@dataclass(frozen=True)
class Level:
    """A threshold with a name, e.g. (4600, "low")."""

    value: float
    label: str


@dataclass(frozen=True)
class Day:
    """One run. Volumes in nL, rates in nL/h, battery in mV."""

    title: str
    subtitle: str
    start_s: int  # time of day at the start, 0 to 86399
    duration_s: float
    programmed_nl: Series
    dispensed_nl: Series
    rate_nl_h: Series  # ordered rate, held from point to point
    battery_mv: Series
    reservoir_nl: Series
    battery_levels: Sequence[Level] = ()
    reservoir_levels: Sequence[Level] = ()
    alarms: Sequence[AlarmSpan] = ()
    boluses: Sequence[Bolus] = ()
    power_losses: Sequence[Span] = ()
    clock_sets: Sequence[Mark] = ()
    missed_nl: float = 0.0
    note: str = ""  # one line below the picture

    def clock(self, t_s: float) -> str:
        """Time of day as HH:MM:SS."""
        second = int(self.start_s + t_s) % 86_400
        return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@dataclass(frozen=True)
class PinLane:
    """One line of a pins' picture: (t_s, level) edges and the level before the first."""

    name: str
    first_level: int
    edges: Sequence[tuple[float, int]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Pins:
    """Lines of a board over a stretch of time, for the pins' picture."""

    title: str
    subtitle: str
    start_s: float
    end_s: float
    lanes: Sequence[PinLane]
    zoom_s: tuple[float, float] | None = None  # a shorter stretch shown below at pulse level
    note: str = ""
