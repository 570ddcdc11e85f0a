"""Cumulative volume over the cyclic day against a sum over every millisecond or minute."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose.therapy.daycurve import DayCurve

DAY_MS = 86_400_000
HOUR = 3_600_000
Steps = tuple[tuple[int, int, int, int], ...]


@st.composite
def programs(draw: st.DrawFn) -> Steps:
    """1 to 5 steps with boluses that never reach the next step's start."""
    starts = sorted(draw(st.sets(st.integers(0, 1439), min_size=1, max_size=5)))
    steps = []
    for i, start in enumerate(starts):
        gap_min = (starts[(i + 1) % len(starts)] - start - 1) % 1440 + 1
        bolus = draw(st.booleans())
        bolus_ms = draw(st.integers(1_000, gap_min * 60_000 - 1)) if bolus else 0
        bolus_nl = draw(st.integers(1, 50_000)) if bolus else 0
        steps.append((start, draw(st.integers(250, 1_000_000)), bolus_nl, bolus_ms))
    return tuple(steps)


def exact(steps: Steps, t0_ms: int, t1_ms: int) -> Fraction:
    """The same volume as an exact fraction, day by day and step by step."""
    total = Fraction(0)
    for day in range(t0_ms // DAY_MS - 1, t1_ms // DAY_MS + 2):
        for i, (start_min, rate, bolus_nl, bolus_ms) in enumerate(steps):
            start = day * DAY_MS + start_min * 60_000
            following = steps[(i + 1) % len(steps)][0] * 60_000
            end = day * DAY_MS + following + (DAY_MS if i + 1 == len(steps) else 0)
            total += rate * max(0, min(end, t1_ms) - max(start, t0_ms))
            if bolus_ms:
                overlap = max(0, min(start + bolus_ms, t1_ms) - max(start, t0_ms))
                total += Fraction(bolus_nl * HOUR * overlap, bolus_ms)
    return total


def test_a_bolus_over_midnight_is_counted_on_both_sides() -> None:
    curve = DayCurve(((1_439, 1_000, 2_000, 120_000),))
    assert curve.volume_units(DAY_MS - 60_000, DAY_MS) == 1_000 * 60_000 + 1_000 * HOUR
    assert curve.volume_units(DAY_MS, DAY_MS + 60_000) == 1_000 * 60_000 + 1_000 * HOUR
    assert curve.day_units() == 24_000 * HOUR + 2_000 * HOUR
    assert curve.rate_max_nl_h() == 1_000 + 60_000


@given(programs(), st.integers(-2 * DAY_MS, 2 * DAY_MS), st.integers(0, 2 * DAY_MS))
def test_any_stretch_agrees_with_exact_fractions(steps: Steps, t0_ms: int, length: int) -> None:
    found = DayCurve(steps).volume_units(t0_ms, t0_ms + length)
    assert abs(found - exact(steps, t0_ms, t0_ms + length)) < 16  # floors of cut boluses


@pytest.mark.req("LIM-2")
@given(programs(), st.sampled_from([60_000, HOUR, DAY_MS + 1_806_000]), st.data())
def test_no_window_anywhere_holds_more_than_the_largest(
    steps: Steps, length: int, data: st.DataObject
) -> None:
    curve = DayCurve(steps)
    largest = curve.largest_window_units(length)
    for _ in range(20):
        t0_ms = data.draw(st.integers(0, DAY_MS))
        assert exact(steps, t0_ms, t0_ms + length) <= largest + 16
    ends = [exact(steps, c, c + length) for c in curve.cuts_ms]
    ends += [exact(steps, c - length, c) for c in curve.cuts_ms]
    assert abs(max(ends) - largest) < 16
