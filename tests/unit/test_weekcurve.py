"""Cumulative volume over the cyclic week against exact fractions, day by day, step by step."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picodose.therapy.weekcurve import WeekCurve, periodic_units

DAY_MS = 86_400_000
HOUR = 3_600_000
Steps = tuple[tuple[int, int, int, int], ...]
Week = tuple[tuple[Steps, ...], tuple[int, ...]]
EVERY_DAY = (0,) * 7


@st.composite
def patterns(draw: st.DrawFn) -> Steps:
    """1 to 4 steps with boluses that never reach the next step's start."""
    starts = sorted(draw(st.sets(st.integers(0, 1439), min_size=1, max_size=4)))
    steps = []
    for i, start in enumerate(starts):
        following = starts[i + 1] if i + 1 < len(starts) else 1440 + starts[0] // 2
        most_ms = min((following - start) * 60_000 - 1, DAY_MS)
        bolus = most_ms >= 1_000 and draw(st.booleans())
        bolus_ms = draw(st.integers(1_000, most_ms)) if bolus else 0
        bolus_nl = draw(st.integers(1, 50_000)) if bolus else 0
        steps.append((start, draw(st.integers(250, 1_000_000)), bolus_nl, bolus_ms))
    return tuple(steps)


@st.composite
def programs(draw: st.DrawFn) -> Week:
    """One pattern, or a week of 2 or 3 whose boluses end by the next day's first step."""
    count = draw(st.sampled_from([1, 2, 3]))
    if count == 1:
        return (draw(patterns()),), EVERY_DAY
    days = [draw(patterns()) for _ in range(count)]
    first = min(steps[0][0] for steps in days)
    cut = [
        tuple((m, r, n, min(b, (1440 + first - m) * 60_000 - 1) if n else 0) for m, r, n, b in d)
        for d in days
    ]
    return tuple(cut), tuple(draw(st.lists(st.integers(0, count - 1), min_size=7, max_size=7)))


def exact(program: Week, t0_ms: int, t1_ms: int) -> Fraction:
    """The same volume as an exact fraction; instants are ms since a Monday."""
    days, week = program
    total = Fraction(0)
    for day in range(t0_ms // DAY_MS - 2, t1_ms // DAY_MS + 2):
        steps = days[week[day % 7]]
        tomorrow = days[week[(day + 1) % 7]][0][0]
        for i, (start_min, rate, bolus_nl, bolus_ms) in enumerate(steps):
            start = day * DAY_MS + start_min * 60_000
            end_min = steps[i + 1][0] if i + 1 < len(steps) else 1440 + tomorrow
            end = day * DAY_MS + end_min * 60_000
            total += rate * max(0, min(end, t1_ms) - max(start, t0_ms))
            if bolus_ms:
                overlap = max(0, min(start + bolus_ms, t1_ms) - max(start, t0_ms))
                total += Fraction(bolus_nl * HOUR * overlap, bolus_ms)
    return total


def test_a_bolus_over_midnight_is_counted_on_both_sides() -> None:
    curve = WeekCurve((((1_439, 1_000, 2_000, 120_000),),), EVERY_DAY)
    assert curve.volume_units(DAY_MS - 60_000, DAY_MS) == 1_000 * 60_000 + 1_000 * HOUR
    assert curve.volume_units(DAY_MS, DAY_MS + 60_000) == 1_000 * 60_000 + 1_000 * HOUR
    assert curve.largest_window_units(DAY_MS) == 24_000 * HOUR + 2_000 * HOUR
    assert curve.rate_max_nl_h() == 1_000 + 60_000


@pytest.mark.req("LIM-2", "THER-1")
def test_the_fullest_hour_may_lie_over_the_midnight_between_two_patterns() -> None:
    calm = ((0, 1_000, 0, 0),)
    late = ((0, 1_000, 0, 0), (1_410, 31_000, 0, 0))  # 23:30
    early = ((0, 61_000, 0, 0), (30, 1_000, 0, 0))
    days = (calm, late, early)
    monday_to_tuesday = WeekCurve(days, (1, 2, 0, 0, 0, 0, 0))
    midweek = WeekCurve(days, (0, 0, 1, 2, 0, 0, 0))
    sunday_to_monday = WeekCurve(days, (2, 0, 0, 0, 0, 0, 1))
    apart = WeekCurve(days, (2, 1, 0, 0, 0, 0, 0))
    assert monday_to_tuesday.largest_window_units(HOUR) == (15_500 + 30_500) * HOUR
    assert midweek.largest_window_units(HOUR) == (15_500 + 30_500) * HOUR
    assert sunday_to_monday.largest_window_units(HOUR) == (15_500 + 30_500) * HOUR
    assert apart.largest_window_units(HOUR) == (15_500 + 15_500) * HOUR


@given(programs(), st.integers(-9 * DAY_MS, 9 * DAY_MS), st.integers(0, 9 * DAY_MS))
def test_any_stretch_agrees_with_exact_fractions(program: Week, t0_ms: int, length: int) -> None:
    found = WeekCurve(*program).volume_units(t0_ms, t0_ms + length)
    assert abs(found - exact(program, t0_ms, t0_ms + length)) <= 2  # floors of cut boluses


@pytest.mark.req("LIM-2")
@settings(max_examples=40)
@given(programs(), st.sampled_from([60_000, HOUR, DAY_MS + 1_806_000]), st.data())
def test_no_window_anywhere_holds_more_than_the_largest(
    program: Week, length: int, data: st.DataObject
) -> None:
    curve = WeekCurve(*program)
    largest = curve.largest_window_units(length)
    for _ in range(10):
        t0_ms = data.draw(st.integers(0, 7 * DAY_MS))
        assert exact(program, t0_ms, t0_ms + length) <= largest + 2
    cuts = list(curve.cuts_ms(0, curve.whole_ms()))
    ends = [exact(program, c, c + length) for c in cuts]
    ends += [exact(program, c - length, c) for c in cuts]
    assert abs(max(ends) - largest) <= 2


@given(programs(), st.integers(-9 * DAY_MS, 9 * DAY_MS))
def test_the_basal_piece_is_what_the_fractions_say(program: Week, t_ms: int) -> None:
    bare = (tuple(tuple((m, r, 0, 0) for m, r, _n, _b in d) for d in program[0]), program[1])
    rate_nl_h, from_ms, to_ms = WeekCurve(*program).basal(t_ms)
    assert from_ms <= t_ms < to_ms
    assert exact(bare, from_ms, to_ms) == rate_nl_h * (to_ms - from_ms)


@given(st.integers(1, 9_000), st.integers(1_000, 10**6), st.integers(0, 10**6), st.data())
def test_periodic_boluses_add_up(nl: int, ms: int, rest_ms: int, data: st.DataObject) -> None:
    interval_ms = ms + rest_ms
    span_ms = data.draw(st.integers(0, 5 * interval_ms))
    starts = range(0, span_ms + 1, interval_ms)
    full = sum(Fraction(nl * HOUR * min(span_ms - s, ms), ms) for s in starts)
    assert periodic_units(nl, ms, interval_ms, span_ms) == full // 1
