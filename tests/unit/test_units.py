"""Exact arithmetic and the one stated rounding of mass and volume (THER-2)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose import units

BIG = st.integers(-(2**62), 2**62)
POSITIVE = st.integers(1, 2**40)


@pytest.mark.req("THER-2")
def test_a_milligram_at_ten_milligrams_a_millilitre_is_a_tenth_of_a_millilitre() -> None:
    assert units.volume_of_mass_nl(1_000_000, 10_000) == 100_000
    assert units.mass_of_volume_ng(100_000, 10_000) == 1_000_000


@pytest.mark.req("THER-2")
def test_a_mass_order_is_rounded_down_and_its_display_half_up() -> None:
    assert units.volume_of_mass_nl(999, 500_000) == 1  # 1.998 nL
    assert units.mass_of_volume_ng(1, 500) == 1  # 0.5 ng
    assert units.mass_of_volume_ng(1, 499) == 0


@given(BIG, BIG, POSITIVE)
def test_rounding_agrees_with_exact_fractions(a: int, b: int, c: int) -> None:
    exact = Fraction(a * b, c)
    assert units.mul_div_floor(a, b, c) == floor(exact)
    assert units.mul_div_half_up(a, b, c) == floor(exact + Fraction(1, 2))
    assert units.div_ceil(a, c) == ceil(Fraction(a, c))


@pytest.mark.req("THER-2")
@given(st.integers(0, 2**50), st.integers(1, units.CONC_MAX_UG_ML))
def test_the_volume_of_a_mass_order_never_carries_more_mass(mass_ng: int, conc: int) -> None:
    volume_nl = units.volume_of_mass_nl(mass_ng, conc)
    assert Fraction(volume_nl * conc, 1000) <= mass_ng < Fraction((volume_nl + 1) * conc, 1000)
