"""What a reset leaves in the scratch registers, read against the record in flash."""

from __future__ import annotations

import pytest

from picodose.accounts import recover
from picodose.record.reservation import Reservation


def record_of(seq30: int, confirmed: int, reserved: int) -> Reservation:
    record = Reservation()
    record.seq30, record.confirmed, record.reserved = seq30, confirmed, reserved
    return record


@pytest.mark.req("DEL-2")
def test_the_count_goes_on_from_the_record_that_the_registers_name() -> None:
    newest, older = record_of(8, 100, 160), record_of(7, 60, 110)
    assert recover(newest, older, (8, 12)) == (112, 0)
    assert recover(newest, older, (7, 45)) == (105, 0)


@pytest.mark.req("DEL-2")
def test_a_halt_that_took_back_more_than_came_since_leaves_a_count_below_the_record() -> None:
    assert recover(record_of(8, 100, 160), None, (8, (1 << 29) - 21)) == (79, 0)


@pytest.mark.req("DEL-2")
@pytest.mark.parametrize("scratch", [None, (6, 12)])
def test_without_registers_that_belong_to_a_record_all_that_was_reserved_counts(
    scratch: tuple[int, int] | None,
) -> None:
    assert recover(record_of(8, 100, 160), record_of(7, 60, 110), scratch) == (160, 60)
