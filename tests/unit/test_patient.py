"""When the patient may have a bolus: lockout, and so many in any 24 h of running time (THER-3)."""

from __future__ import annotations

import pytest

from picodose import codes
from picodose.codes import Refused
from picodose.therapy import patient

ALLOWED = (1_000, 60_000, 3_600_000, 3)  # nL, ms, lockout ms, most in 24 h
DAY_S = 86_400


def refusal(
    starts_s: list[int], now_ms: int, lockout_s: int = 0, allowed: tuple[int, ...] | None = ALLOWED
) -> int:
    """The code of the refusal, 0 for none."""
    try:
        patient.check(allowed, lockout_s, starts_s, now_ms)
    except Refused as refused:
        return refused.code
    return 0


@pytest.mark.req("THER-3")
def test_a_prescription_without_one_refuses() -> None:
    assert refusal([], 10**9, allowed=None) == codes.PATIENT_NONE


@pytest.mark.req("THER-3")
def test_the_lockout_counts_from_the_start_to_the_millisecond() -> None:
    assert refusal([100], 100_000 + 3_599_999, 100) == codes.PATIENT_LOCKOUT
    assert refusal([100], 100_000 + 3_600_000, 100) == 0
    assert refusal([0], 1) == 0


@pytest.mark.req("THER-3")
def test_a_lockout_is_never_shorter_than_the_bolus() -> None:
    short = (1_000, 60_000, 1_000, 3)
    assert refusal([100], 100_000 + 59_999, 100, short) == codes.PATIENT_LOCKOUT
    assert refusal([100], 100_000 + 60_000, 100, short) == 0


@pytest.mark.req("THER-3")
def test_a_start_counts_for_24_h() -> None:
    starts_s = [20_000, 10_000, 1_000]
    full_ms = (1_000 + DAY_S) * 1000
    assert refusal(starts_s + [0], full_ms - 1) == codes.PATIENT_COUNT
    assert refusal(starts_s + [0], full_ms) == 0
