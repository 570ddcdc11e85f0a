"""What ran in the last 24 h of running time, the measure of a change (LIM-3)."""

from __future__ import annotations

import pytest

from picodose.record import past
from picodose.therapy.limits import Limits
from picodose.therapy.prescription import Prescription, parse
from profiles import therapy_step as profile

H_S = 3600
LIMITS = Limits(
    profile.RATE_MIN_NL_H,
    profile.RATE_MAX_NL_H,
    profile.BOLUS_MAX_NL,
    profile.BOLUS_RATE_MAX_NL_H,
    profile.CAPS,
)


def const(rate_nl_h: int) -> Prescription:
    """A constant rate of water."""
    raw = '{"v":2,"mode":"const","fluid":"water","conc_ug_ml":0,"rate_nl_h":%d}' % rate_nl_h
    return parse(raw.encode(), LIMITS)


@pytest.mark.req("LIM-3")
def test_a_new_program_is_compared_with_the_highest_that_ran_in_a_day() -> None:
    rows: tuple[tuple[int, ...], ...] = ()
    rows = past.extended(rows, const(10_000), 5 * H_S, 5 * H_S)
    rows = past.extended(rows, const(1_000), 9 * H_S, 9 * H_S)
    assert past.reference(rows, const(1_000)) == (10_000, 240_000, 0, "water")
    later = past.extended(rows, const(1_000), 29 * H_S + 1, 29 * H_S + 1)
    assert past.reference(later, const(1_000)) == (1_000, 24_000, 0, "water"), "a day has passed"
    just = past.extended(rows, const(1_000), 29 * H_S, 29 * H_S)
    assert past.reference(just, const(1_000)) == (10_000, 240_000, 0, "water")


@pytest.mark.req("LIM-3")
def test_what_was_committed_but_never_ran_counts_only_when_nothing_ran() -> None:
    ran = past.extended((), const(1_000), H_S, H_S)
    rows = past.extended(ran, const(9_000), past.NEVER_S, 2 * H_S)
    assert past.reference(rows, const(9_000)) == (1_000, 24_000, 0, "water")
    assert past.reference((), const(9_000)) == (9_000, 216_000, 0, "water")
    assert past.reference((), None) is None


@pytest.mark.req("LIM-3")
def test_the_oldest_goes_when_there_are_too_many_and_the_settings_keep_the_rest() -> None:
    rows: tuple[tuple[int, ...], ...] = ()
    for hour in range(1, 8):
        rows = past.extended(rows, const(1_000 * hour), hour * H_S, hour * H_S)
    assert [row[0] for row in rows] == [7_000, 6_000, 5_000, 4_000]
    assert past.unpack(past.pack(rows)) == rows
    assert len(past.pack(rows)) == len(past.pack(())) == 64 and past.unpack(past.pack(())) == ()


@pytest.mark.req("LIM-3")
def test_rows_of_a_weaker_fluid_count_by_their_mass() -> None:
    rows = ((10_000, 240_000, 500, 5),)
    strong = const(1_000)
    strong.conc_ug_ml = 2_000
    assert past.reference(rows, strong) == (2_500, 60_000, 2_000, "water")
