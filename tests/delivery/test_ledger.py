"""The ledger extends the tick's counters and settles at a halt."""

from __future__ import annotations

import pytest

from picodose.delivery.dosing import Dosing
from picodose.delivery.ledger import Ledger
from tests.delivery.fakes import FakePulse, FakeScratch, OpenGuard

WRAP = 1 << 29


def make(total: int = 0) -> tuple[Ledger, Dosing]:
    dosing = Dosing(FakePulse(), OpenGuard(), FakeScratch())
    return Ledger(dosing, total), dosing


@pytest.mark.req("DEL-2")
def test_counts_go_on_from_the_total_of_earlier_boots() -> None:
    ledger, dosing = make(1000)
    ledger.granted += 30
    dosing.commanded, dosing.confirmed = 20, 15
    ledger.collect()
    assert (ledger.granted, ledger.commanded, ledger.confirmed) == (1030, 1020, 1015)


@pytest.mark.req("DEL-2")
def test_the_ticks_counters_may_wrap() -> None:
    ledger, dosing = make()
    for total in range(0, 3 * WRAP, WRAP // 3):
        dosing.commanded = dosing.confirmed = total % WRAP
        ledger.collect()
        assert ledger.confirmed == total


@pytest.mark.req("DEL-2")
def test_a_halt_books_what_was_emitted_and_takes_the_rest_back() -> None:
    ledger, dosing = make(100)
    ledger.granted += 50
    dosing.commanded, dosing.confirmed = 40, 30
    assert ledger.settle(4) == 14
    assert ledger.granted == ledger.commanded == ledger.confirmed == 136
    ledger.collect()
    assert ledger.confirmed == 136


@pytest.mark.req("LIM-4")
def test_what_a_long_stall_lost_is_no_longer_granted() -> None:
    ledger, dosing = make()
    ledger.granted += 10
    dosing.lost = 3
    ledger.collect()
    assert ledger.granted == 7 and ledger.missed_stall == 3
