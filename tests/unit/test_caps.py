"""Buckets by hand (LIM-2); the search with drops as judge is tests/property/test_caps.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose.therapy.caps import Caps, Window

HOUR = (3_600_000, 60_000, 100)
DAY = (86_400_000, 1_800_000, 150)


@pytest.mark.req("LIM-2")
def test_a_bucket_counts_whole_until_its_youngest_drop_is_older_than_the_window() -> None:
    window = Window(*HOUR)
    window.add(30, 2_000)
    window.add(20, 50_000)  # same minute; its last drop can fall until 52 s
    assert window.total(52_000 + 3_600_000) == 50
    assert window.total(52_001 + 3_600_000) == 0


@pytest.mark.req("LIM-2")
def test_room_is_what_the_fullest_window_leaves() -> None:
    caps = Caps((HOUR, DAY))
    assert caps.room(0) == 100
    caps.grant(100, 2_000)
    assert caps.room(3_600_000) == 0
    assert caps.room(3_604_001) == 50  # the day's cap
    caps.grant(60, 3_606_001)  # uncertain steps are booked even where there is no room
    assert caps.room(3_606_001) == 0


@pytest.mark.req("LIM-2")
def test_a_power_loss_ages_nothing() -> None:
    caps = Caps((HOUR, DAY))
    caps.grant(90, 2_000)
    phase_ms, counts, totals = caps.save(1_900_000)  # in the second half-hour bucket
    again = Caps((HOUR, DAY))
    again.restore(0, phase_ms, counts, totals)
    assert again.room(0) == 10
    assert again.room(3_602_000) == 10  # counts as newest: still there an hour later
    assert again.room(3_602_001) == 60  # the hour is over, the day's cap is left
    aged = 1_900_000 - 1_800_000 + 2_000  # age of the first bucket's end at the save
    assert again.room(86_400_000 - aged) == 60
    assert again.room(86_400_000 + 2_000) == 100


@pytest.mark.req("LIM-2", "THER-5")
@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(0, 9)))
def test_a_step_of_the_stronger_fluid_counts_its_weight_and_is_never_rounded_down(
    more: int, den: int, grants: list[int]
) -> None:
    num, given_steps = den + more, 0
    caps = Caps((HOUR, DAY))
    caps.weight(num, den)
    for steps in grants:
        room = caps.room(0)
        assert given_steps + room == 100 * den // num, "all that the cap has room for"
        given = min(steps, room)
        caps.grant(given, 2_000)
        given_steps += given
        assert caps.windows[0].total(0) == -(-given_steps * num // den)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4_000_000)), max_size=40))
def test_the_running_sum_is_the_sum_of_what_counts(grants: list[tuple[int, int]]) -> None:
    window, now_ms = Window(*HOUR), 0
    booked: list[tuple[int, int]] = []
    for steps, wait_ms in grants:
        now_ms += wait_ms
        window.add(steps, now_ms)
        booked.append((now_ms, steps))
        young = sum(n for t, n in booked if t + 2_000 + 3_600_000 >= now_ms)
        old = sum(n for t, n in booked if t + 2_000 + 3_660_000 >= now_ms)
        assert young <= window.total(now_ms) <= old
        assert sum(s for s, _ in _differences(window, now_ms)) == window.total(now_ms)


def _differences(window: Window, now_ms: int) -> list[tuple[int, int]]:
    found = window.expiries(now_ms)
    left = [n for _, n in found] + [0]
    return [(left[i] - left[i + 1], found[i][0]) for i in range(len(found))]
