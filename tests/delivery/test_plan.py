"""The plan: exact volume to whole steps, checked by hand and by Fraction."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose.delivery.plan import UNITS_PER_NL, Plan


@pytest.mark.req("DEL-1")
def test_a_microlitre_is_eighty_steps_of_twelve_and_a_half_nanolitres() -> None:
    plan = Plan(25, 2)
    assert plan.steps(1000 * UNITS_PER_NL) == 80
    assert plan.nl(80) == 1000
    assert plan.steps_for_nl(1000) == 80


@pytest.mark.req("DEL-1")
def test_the_remainder_waits_for_the_next_call() -> None:
    plan = Plan(25, 2)
    half_step = 25 * UNITS_PER_NL // 4
    assert [plan.steps(half_step) for _ in range(4)] == [0, 1, 0, 1]


@pytest.mark.req("DEL-1", "THER-5")
@given(
    st.integers(1, 10**6),
    st.integers(1, 10**4),
    st.integers(1, 25_000),
    st.integers(1, 25_000),
    st.lists(st.integers(0, 60_000_000 * 2000), min_size=1, max_size=50),
)
def test_the_sum_of_steps_is_the_floor_of_the_ideal_sum(
    nl_num: int, steps_den: int, new: int, old: int, parts: list[int]
) -> None:
    plan = Plan(nl_num, steps_den)
    plan.scale(new, old)  # a bridge
    total = sum(plan.steps(units) for units in parts)
    ideal = Fraction(sum(parts), UNITS_PER_NL) / Fraction(nl_num, steps_den) * new / old
    assert total == ideal.numerator // ideal.denominator


@pytest.mark.req("THER-5")
@given(
    st.integers(250, 60_000_000),
    st.integers(1, 25_000),
    st.integers(1, 25_000),
    st.integers(1, 50),
    st.integers(0, 10**6),
)
def test_a_bridge_ends_in_the_first_millisecond_that_holds_its_last_step(
    rate_nl_h: int, new: int, old: int, left: int, before_ms: int
) -> None:
    plan, plain = Plan(25, 2), Plan(25, 2)
    for each in (plan, plain):
        each.scale(new, old)
        each.steps(rate_nl_h * before_ms)
    span_ms = plan.ms_until(left, rate_nl_h * 2000, 2000)
    early = plain.steps(rate_nl_h * max(span_ms - 1, 0))
    assert early < left and (plan.steps(rate_nl_h * span_ms) >= left or span_ms == 2000)
