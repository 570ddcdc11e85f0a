"""No history of the whole pump puts more than a cap into its window (LIM-2).

Persons, host, clock and power supply do what draw.py knows; the pin's edges and the plant judge.
"""

from __future__ import annotations

import pytest

from tests.search.judge import Found
from tests.search.run import search
from tests.search.tree import replay
from tests.search.world import REAL, SCALED

FULL = ("fill_on", 4, 250, 800)


def assert_came_near(found: Found, least: dict[str, int]) -> None:
    """The search was no idle one: caps were filled, refused at, and met by resets."""
    print(found)
    assert min(found.fullest) >= 0.95, found
    assert not found.seen["unanswered"], found
    assert all(found.seen[name] >= count for name, count in least.items()), found


@pytest.mark.slow(20)
@pytest.mark.req("LIM-2")
@pytest.mark.parametrize("part", range(15))
def test_no_half_hour_with_scaled_windows_passes_a_cap(part: int) -> None:
    found = search(SCALED, part, count=5, ways=(3, 9))
    assert found.histories == 135
    least = {"CAP_ROOM": 50, "near cap 0": 5, "near cap 1": 1}
    assert_came_near(found, {**least, "resets": 10, "power cuts": 10, "cuts in a write": 10})


@pytest.mark.slow(30)
@pytest.mark.req("LIM-2")
def test_no_day_with_the_real_windows_passes_a_cap() -> None:
    found = search(REAL, part=15, count=5, ways=(4,))
    assert found.histories == 20
    assert_came_near(found, {"CAP_ROOM": 50, "near cap 0": 5, "near cap 1": 1})


@pytest.mark.req("LIM-2")
def test_who_asks_for_all_that_fits_fills_both_windows_and_passes_neither() -> None:
    power, watchdog = ("power", 50), ("reset", "watchdog")
    acts = [("stop",), FULL, power, FULL, watchdog, ("wait", 16_000), FULL, ("start",)]
    found = replay(SCALED, acts)
    assert min(found.fullest) >= 0.9, found
    assert found.seen["CAP_ROOM"] >= 5
