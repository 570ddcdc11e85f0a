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


@pytest.mark.req("DEL-1")
@given(
    st.integers(1, 10**6),
    st.integers(1, 10**4),
    st.lists(st.integers(0, 60_000_000 * 2000), min_size=1, max_size=50),
)
def test_the_sum_of_steps_is_the_floor_of_the_ideal_sum(
    nl_num: int, steps_den: int, parts: list[int]
) -> None:
    plan = Plan(nl_num, steps_den)
    total = sum(plan.steps(units) for units in parts)
    ideal = Fraction(sum(parts), UNITS_PER_NL) / Fraction(nl_num, steps_den)
    assert total == ideal.numerator // ideal.denominator
