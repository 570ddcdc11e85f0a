"""Parts of the deck, each for itself: its pace, its curves."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from host_tools.console.counts import MOST_POINTS, Counts
from host_tools.console.pace import Pace
from tests.console.deck_bench import HandClock


class World:
    """Its time, and how long a slice takes in real time."""

    def __init__(self, clock: HandClock, slice_s: float) -> None:
        self.ns = 0
        self._clock, self._slice_s = clock, slice_s

    def run_for(self, ms: float) -> None:
        self.ns += round(ms * 1e6)
        self._clock.s += self._slice_s


def paced(slice_s: float, speed_factor: float) -> tuple[Pace, World, HandClock]:
    clock = HandClock()
    world = World(clock, slice_s)
    pace = Pace(world.run_for, lambda: world.ns, clock, lambda: False)
    pace.set_speed(speed_factor)
    return pace, world, clock


@pytest.mark.parametrize("speed_factor", [0.1, 1.0, 100.0])
def test_time_keeps_step_with_real_time(speed_factor: float) -> None:
    pace, world, clock = paced(0.001, speed_factor)
    for _ in range(200):
        clock.s += 0.02
        pace.portion()
    assert world.ns / 1e9 == pytest.approx(speed_factor * clock.s, rel=0.01)
    assert pace.reached() == pytest.approx(speed_factor, rel=0.01)


def test_a_world_too_slow_is_not_hurried_afterwards() -> None:
    pace, world, clock = paced(0.02, 1000.0)
    for _ in range(40):
        clock.s += 0.02
        assert not pace.portion()
    assert pace.reached() == pytest.approx(3 / 0.08, rel=0.1)
    pace.set_speed(1.0)
    clock.s += 1.0
    before_ns = world.ns
    assert pace.portion() and world.ns - before_ns < 1.1e9


def test_the_factor_reached_is_that_of_the_last_two_seconds() -> None:
    pace, _, clock = paced(0.01, math.inf)
    for _ in range(100):
        pace.portion()
        pace.reached()
    assert pace.reached() == pytest.approx(100, rel=0.1)
    pace.speed = 0.1
    for _ in range(30):
        clock.s += 0.1
        pace.reached()
    assert pace.reached() < 1.0


def station(t_s: float, **status: int) -> Any:
    """What the curves look at; a step is 12.5 nL."""
    known = {"missed_nl": 0, "granted_steps": 0, "confirmed_steps": 0, "rate_nl_h": 8000}
    world = SimpleNamespace(now_s=lambda: t_s, dispensed_nl=lambda: None)
    hello = {"profile": "therapy-step"}
    return SimpleNamespace(world=world, hello=hello, status=known | status)


def test_volumes_count_from_the_first_look_and_over_a_refill() -> None:
    counts = Counts()
    for delivered_nl in (5000, 6000, 200, 300):  # of the fill: a new one begins at nought
        counts.see(station(0.0, delivered_nl=delivered_nl))
    assert counts.confirmed_nl == counts.programmed_nl == 1300
    counts.see(station(1.0, delivered_nl=300, granted_steps=8, missed_nl=40))
    assert counts.confirmed_nl == 1300 and counts.programmed_nl == 1300 + 8 * 25 // 2 + 40


def test_curves_have_at_most_600_points_and_keep_the_first_and_the_last() -> None:
    counts = Counts()
    for second in range(MOST_POINTS + 400):
        counts.see(station(float(second), delivered_nl=second))
    series = counts.series()
    assert len(series.t_s) == MOST_POINTS and series.dispensed_nl == ()
    assert series.t_s[0] == 0.0 and series.t_s[-1] == MOST_POINTS + 399.0
    gaps = [b - a for a, b in zip(series.t_s, series.t_s[1:], strict=False)]
    assert max(gaps) <= 4 and list(series.confirmed_nl) == [int(t_s) for t_s in series.t_s]
