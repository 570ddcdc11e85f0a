"""The alarm table is complete, and plain words (ALM-1)."""

from __future__ import annotations

import pytest

from picodose import codes
from picodose.safety import alarm_table


@pytest.mark.req("ALM-1")
def test_every_alarm_code_has_exactly_one_row() -> None:
    wanted = sorted(v for n, v in vars(codes).items() if n.startswith("AL_"))
    assert sorted(row[0] for row in alarm_table.ROWS) == wanted


@pytest.mark.req("ALM-1")
@pytest.mark.parametrize("row", alarm_table.ROWS)
def test_a_row_is_whole_and_what_stops_the_pump_is_high_and_latched(row: tuple) -> None:  # type: ignore[type-arg]
    _code, priority, action, latched, clears, words = row
    assert priority in (1, 2, 3) and action in (0, 1) and clears in (0, 1, 2)
    assert words.endswith(".") and len(words) <= 80
    if action == alarm_table.STOP:
        assert (priority, latched) == (alarm_table.HIGH, True)
