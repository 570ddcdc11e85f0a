"""How often the pump writes, and what that does to the flash in ten years (REC-3)."""

from __future__ import annotations

import pytest

from tests.scenario.delivery_rig import Rig, const_rx
from tools.wear import LIMIT_ERASES, TYPICAL, in_ten_years


@pytest.mark.req("REC-3")
@pytest.mark.parametrize(("rate_nl_h", "hours"), [(250, 3), (20_833, 3), (1_000_000, 1)])
def test_the_pump_writes_no_more_than_a_typical_day_s_share(rate_nl_h: int, hours: int) -> None:
    """At every rate; only the highest reserves 5 % of the hour's cap more often."""
    rig = Rig()
    rig.start(const_rx(rate_nl_h))
    rig.run_for(60_000)
    record, journal = rig.parts.accounts.record, rig.parts.journal
    records, entries = record.seq30, journal.durable()[0]
    operations = rig.pico.flash.ops
    rig.run_for(hours * 3_600_000)
    share = hours / 24
    most = TYPICAL.records * share + 1 if rate_nl_h <= 300_000 else hours * 15
    assert record.seq30 - records <= most
    assert journal.durable()[0] - entries <= TYPICAL.entries * share
    assert 0 < rig.pico.flash.ops - operations < 400 * hours


@pytest.mark.slow
@pytest.mark.req("REC-3")
def test_the_busiest_sector_lasts_ten_years_of_typical_days() -> None:
    assert 1_000 < in_ten_years() < LIMIT_ERASES
