"""A large change, and a first program, need a name in the commit (LIM-3)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose.therapy.change import change_percent, needed
from picodose.therapy.limits import Limits
from picodose.therapy.prescription import Prescription, encode, parse

LIMITS = Limits(250, 10**7, 10**6, 10**7, ())


def const(rate_nl_h: int, fluid: str = "water", conc: int = 0, **more: object) -> Prescription:
    head = {"v": 2, "mode": "const", "fluid": fluid, "conc_ug_ml": conc}
    return parse(encode({**head, "rate_nl_h": rate_nl_h, **more}), LIMITS)


def ran(rx: Prescription) -> tuple[int, int, int, str]:
    return rx.basal_max_nl_h(), rx.allowed_24h_nl(), rx.conc_ug_ml, rx.fluid


@pytest.mark.req("LIM-3")
def test_thirty_percent_is_free_and_anything_above_needs_the_override_both_ways() -> None:
    old = ran(const(10_000))
    for rate_nl_h, percent, names in (
        (10_000, 0, ()),
        (13_000, 30, ()),
        (13_001, 31, ("change",)),
        (7_000, -30, ()),
        (6_999, -31, ("change",)),
        (40_000, 300, ("change",)),
    ):
        rx = const(rate_nl_h)
        assert change_percent(old[0], old[1], rx) == percent
        assert needed(rx, old) == names


@pytest.mark.req("LIM-3")
def test_the_total_counts_where_the_highest_step_stays() -> None:
    old = const(10_000)
    more = const(10_000, patient=[20_000, 600_000, 3_600_000, 4])  # 80 on 240 uL a day
    assert change_percent(*ran(old)[:2], more) == 34
    assert needed(more, ran(old)) == ("change",)
    assert change_percent(*ran(more)[:2], old) == -25


@pytest.mark.req("LIM-3")
def test_a_first_program_and_another_fluid_need_the_override_first() -> None:
    water = const(10_000)
    assert needed(water, None) == ("first",)
    assert needed(const(10_000, "saline"), ran(water)) == ("first",)
    assert needed(const(10_000, "saline", 9_000), ran(const(10_000, "saline"))) == ("first",)


@pytest.mark.req("LIM-3", "THER-2")
def test_the_same_rate_of_a_stronger_fluid_is_a_larger_dose() -> None:
    weak, strong = const(10_000, "demo-baclofen", 500), const(10_000, "demo-baclofen", 2_000)
    assert change_percent(*ran(weak)[:2], strong, 500) == 300
    assert needed(strong, ran(weak)) == ("change",)
    assert needed(const(2_500, "demo-baclofen", 2_000), ran(weak)) == ()


@pytest.mark.req("LIM-3")
@given(st.integers(250, 10**6), st.integers(250, 10**6))
def test_the_rule_is_exact(old_nl_h: int, new_nl_h: int) -> None:
    rx = const(new_nl_h)
    change = Fraction(abs(new_nl_h - old_nl_h), old_nl_h)
    names = needed(rx, (old_nl_h, 24 * old_nl_h, 0, "water"))
    assert (names == ("change",)) == (change > Fraction(30, 100))
