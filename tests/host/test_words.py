"""Numbers as a person reads them: exact, with their unit."""

from __future__ import annotations

import pytest

from host_tools import words
from host_tools.link.amounts import bound
from picodose import codes


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 s"), (3_500, "3.5 s"), (60_000, "1 min"), (90_000, "1 min 30 s"),
        (3_600_000, "1 h"), (90_061_000, "1 d 1 h 1 min 1 s"),
    ],
)  # fmt: skip
def test_a_span_is_told_whole(ms: int, said: str) -> None:
    assert words.span(ms) == said


def test_a_rough_span_leaves_out_the_seconds_of_a_long_one() -> None:
    assert words.about(90_000) == "1 min"
    assert words.about(59_000) == "59 s"


@pytest.mark.parametrize(
    ("code", "field", "value", "limit", "said"),
    [
        (codes.RX_BOLUS_AMOUNT, "bolus", 4_000_000, 500_000, "bolus 4 mL, limit 500 µL"),
        (codes.RX_RATE_HIGH, "rate_nl_h", 2_000_000, 1_000_000, "rate 2 mL/h, limit 1 mL/h"),
        (codes.RUN_AMOUNT, "amount_nl", 500, 400, "amount 0.5 µL, limit 0.4 µL"),
        (codes.PATIENT_LOCKOUT, "wait_s", 90, 0, "wait 1 min 30 s, limit 0 s"),
        (codes.RX_CONC, "conc_ug_ml", 5, 50, "conc 5 µg/mL, limit 50 µg/mL"),
        (codes.WRONG_NAME, "name", "foo", "therapy-step", "name foo, limit therapy-step"),
        (codes.NOT_STOPPED, "state", 2, 0, "the pump is in state running"),
        (codes.NOT_FIT, "alarm", codes.AL_EMPTY, None, "alarm empty is active"),
        (codes.NOT_STAGED, "commit", None, None, "commit"),
    ],
)
def test_a_refused_number_has_its_unit_once(
    code: int, field: str, value: object, limit: object, said: str
) -> None:
    assert bound(code, field, value, limit) == said
