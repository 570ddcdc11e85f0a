"""A bolus is a straight line that ends exactly on its amount (THER-1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose.therapy.bolus import Bolus

UNIT = 3_600_000


@pytest.mark.req("THER-1")
def test_half_the_time_is_half_the_amount() -> None:
    bolus = Bolus(7, 1, 5_000, 600_000, 1_000)
    assert (bolus.id, bolus.origin, bolus.end_ms, bolus.rate_nl_h()) == (7, 1, 601_000, 30_000)
    assert bolus.units_until(301_000) == 2_500 * UNIT
    assert bolus.remaining_nl(301_000) == 2_500


@given(st.integers(1, 10**6), st.integers(1, 10**8), st.integers(-(10**9), 10**9))
def test_it_gives_nothing_before_and_exactly_its_amount_after(nl: int, ms: int, t: int) -> None:
    bolus = Bolus(0, 0, nl, ms, 0)
    units = bolus.units_until(t)
    assert units == 0 if t <= 0 else units <= nl * UNIT
    assert bolus.units_until(ms + abs(t)) == nl * UNIT
    assert bolus.units_until(t) <= bolus.units_until(t + 1)
    assert 0 <= bolus.remaining_nl(t) <= nl
