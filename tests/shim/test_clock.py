"""The virtual clock: order, instants, cancelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.clock import VirtualClock


def test_alarms_fire_at_their_instants_and_time_ends_where_asked() -> None:
    clock = VirtualClock()
    seen: list[tuple[str, int]] = []
    clock.at(30, lambda: seen.append(("late", clock.now_ns)))
    clock.after(10, lambda: seen.append(("early", clock.now_ns)))
    clock.run_until(40)
    assert seen == [("early", 10), ("late", 30)]
    assert clock.now_ns == 40


def test_ties_fire_in_the_order_they_were_booked() -> None:
    clock = VirtualClock()
    seen: list[int] = []
    for k in range(5):
        clock.at(7, lambda k=k: seen.append(k))  # type: ignore[misc]
    clock.run_until(7)
    assert seen == [0, 1, 2, 3, 4]


def test_the_past_is_refused() -> None:
    clock = VirtualClock()
    clock.run_until(5)
    with pytest.raises(ValueError, match="before now"):
        clock.at(4, lambda: None)


def test_a_cancelled_alarm_neither_fires_nor_counts_as_next() -> None:
    clock = VirtualClock()
    seen: list[int] = []
    alarm = clock.at(1, lambda: seen.append(1))
    clock.at(2, lambda: seen.append(2))
    alarm.cancel()
    assert not alarm.pending
    assert clock.next_ns() == 2
    assert clock.step() and not clock.step()
    assert seen == [2]


def test_an_alarm_that_waits_delays_the_others_but_loses_none() -> None:
    clock = VirtualClock()
    seen: list[tuple[str, int]] = []
    clock.at(10, lambda: clock.run_until(50))
    clock.at(20, lambda: seen.append(("inside", clock.now_ns)))
    clock.at(60, lambda: seen.append(("after", clock.now_ns)))
    clock.run_until(100)
    assert seen == [("inside", 20), ("after", 60)]
    assert clock.now_ns == 100


@given(st.lists(st.integers(0, 1000), max_size=30))
def test_any_set_of_alarms_fires_sorted_by_instant(instants: list[int]) -> None:
    clock = VirtualClock()
    seen: list[int] = []
    for t_ns in instants:
        clock.at(t_ns, lambda: seen.append(clock.now_ns))
    clock.run_until(1000)
    assert seen == sorted(instants)
