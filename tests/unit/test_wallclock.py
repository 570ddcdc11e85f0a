"""The wall clock is an offset, and a mark that never moves back by more than a change of date."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose.therapy.wallclock import WallClock

DAY_S = 86_400


@pytest.mark.req("CLK-1")
def test_an_unknown_clock_tells_no_time_and_a_set_one_counts_on() -> None:
    wall = WallClock()
    assert (wall.known(), wall.wall_s(99)) == (False, None)
    assert wall.set(1_500, 100) is None
    assert (wall.wall_s(1_500), wall.wall_s(2_499), wall.wall_s(2_500)) == (100, 100, 101)
    assert wall.day_ms(1_500) == 100_000


@pytest.mark.req("CLK-1")
@given(st.lists(st.tuples(st.integers(0, DAY_S), st.integers(0, 5 * DAY_S)), max_size=8))
def test_the_mark_is_behind_no_lived_time_and_at_most_a_day_ahead(
    sets: list[tuple[int, int]],
) -> None:
    wall, mono_ms = WallClock(), 0
    for wait_s, wall_s in sets:
        mono_ms += wait_s * 1000
        wall.set(mono_ms, wall_s)
        assert wall.wall_s(mono_ms) == wall_s
        assert wall_s <= wall.mark_s(mono_ms) <= wall_s + DAY_S
