"""What was seen during the day, by the host, by the bench and by the recorder; nothing computed.

Times are seconds from the start of the day unless a name says ns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host_tools.book.entries import Entry
from host_tools.demo.oracle import Order
from host_tools.demo.scenario import Scenario
from shim.plant.beeper import Note
from shim.trace.recorder import Recorder


@dataclass(frozen=True)
class Sample:
    """The plant at one instant."""

    t_s: float
    dispensed_nl: float
    battery_mv: float
    reservoir_nl: float
    motor_on: bool


@dataclass(frozen=True)
class Reading:
    """A status that the host read at `t_s`, and the plant before it was asked and after it
    answered."""

    t_s: float
    status: dict[str, Any]
    before: Sample
    after: Sample

    def nl(self, key: str, nl_per_step: float) -> float:
        """A count of steps in the status, as volume."""
        return float(self.status[key] * nl_per_step)


@dataclass(frozen=True)
class Evidence:
    """One day."""

    scenario: Scenario
    order: Order
    title: str
    nl_per_step: float
    readings: Sequence[Reading]
    samples: Sequence[Sample]
    entries: Sequence[Entry]
    notes: Sequence[Note]  # all that the beeper did; instants in ns of the recorder
    recorder: Recorder
    day_ns: int  # the start of the day on the recorder's clock
    balance_fl: int
    steps_lost: int
    console: str

    def ns(self, t_s: float) -> int:
        """A time of the day on the recorder's clock."""
        return self.day_ns + round(t_s * 1e9)

    def seconds(self, t_ns: int) -> float:
        """The inverse of ns()."""
        return (t_ns - self.day_ns) / 1e9

    def step_times_ns(self) -> NDArray[np.int64]:
        """Every rising edge at the STEP pin, from power-on."""
        trains = np.array(list(self.recorder.tracks["STEP"].records()), dtype=np.int64)
        return rises_of(trains.reshape(-1, 4))

    def motor_on_s(self) -> list[tuple[float, float]]:
        """When the motor driver was energised: (from, to) by its ENABLE pin, which is active
        low."""
        end_ns = self.ns(self.scenario.duration_s)
        spans, since_ns = [], None
        for t_ns, level in self.recorder.edges("ENABLE", 0, end_ns):
            if level == 0:
                since_ns = t_ns
            elif since_ns is not None:
                spans.append((self.seconds(since_ns), self.seconds(t_ns)))
                since_ns = None
        if since_ns is not None:
            spans.append((self.seconds(since_ns), float(self.scenario.duration_s)))
        return spans


def rises_of(records: NDArray[np.int64]) -> NDArray[np.int64]:
    """Instants of all rising edges of a track's records (start, period, high, pulses)."""
    start, period, level, pulses = records.T
    rises = np.where(pulses > 0, pulses, level)  # a single edge: its level says whether it rose
    first = np.repeat(np.cumsum(rises) - rises, rises)
    k = np.arange(rises.sum()) - first
    found: NDArray[np.int64] = np.repeat(start, rises) + k * np.repeat(period, rises)
    return found
