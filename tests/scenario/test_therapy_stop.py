"""Stop and start again: nothing is made up, and a pump left stopped reminds (THER-10)."""

from __future__ import annotations

import pytest

from picodose import codes
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx
from tests.scenario.journal_view import active, journal

HOUR_MS = 3_600_000


@pytest.mark.req("THER-10")
def test_a_stop_cancels_the_bolus_and_books_its_rest_as_not_delivered() -> None:
    rig = Rig()
    rig.client.load(bolus_rx(6_000, 60_000))
    rig.run_for(30_000)
    rig.stop()
    (end,) = journal(rig, codes.EV_BOLUS_END)
    steps = rig.assert_booked()["confirmed_steps"]
    assert end.a + end.b == 6_000
    assert steps * 12.5 == pytest.approx(end.a, abs=150)  # one tick of 1 s is 100 nL
    stopped_ns = rig.now_ns
    rig.run_for(120_000)
    assert rig.steps(stopped_ns) == 0


@pytest.mark.req("THER-10")
def test_start_goes_on_at_now_and_makes_nothing_up() -> None:
    rig = Rig()
    rig.start(const_rx(150_000))
    rig.client.load(bolus_rx(5_000, 300_000))
    rig.run_for(60_000)
    rig.stop()
    rig.run_for(600_000)
    rig.client.request("start")
    start_ns = rig.now_ns
    assert rig.status()["bolus_nl"] == 0
    rig.run_for(60_000 + 1_000)
    assert abs(rig.steps(start_ns) - 200) <= 4  # a minute of 150 uL/h, and no more
    assert rig.status()["missed_nl"] == 0


@pytest.mark.req("THER-10")
def test_stop_while_stopped_is_accepted_and_changes_nothing() -> None:
    rig = Rig()
    rig.stop()
    rig.run_for(1_000)
    before = len(journal(rig))
    rig.stop()
    assert len(journal(rig)) == before
    assert rig.status()["state"] == "stopped"


@pytest.mark.req("THER-10")
def test_fifteen_minutes_stopped_remind_and_a_start_ends_that() -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    rig.stop()
    rig.run_for(15 * 60_000 - 1_000)
    assert active(rig) == []
    rig.run_for(12_000)
    assert active(rig) == [codes.AL_STOPPED_REMINDER]
    rig.client.request("start")
    rig.run_for(12_000)
    assert active(rig) == []


@pytest.mark.req("THER-10")
def test_a_pump_that_nobody_ever_started_does_not_remind() -> None:
    rig = Rig()
    rig.run_for(20 * 60_000)
    assert active(rig) == []


@pytest.mark.req("THER-10", "REC-5")
def test_the_time_stopped_goes_on_after_a_power_cut() -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    rig.run_for(60_000)
    rig.stop()
    rig.run_for(60_000)
    rig.power_cut()
    rig.run_for(16 * 60_000)
    assert active(rig) == [codes.AL_STOPPED_REMINDER]


@pytest.mark.slow
@pytest.mark.req("THER-10")
def test_two_days_stopped_raise_the_high_alarm_which_waits_for_a_person() -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    rig.stop()
    rig.run_for(48 * HOUR_MS - 1_000)
    assert active(rig) == [codes.AL_STOPPED_REMINDER]
    rig.run_for(12_000)
    assert active(rig) == [codes.AL_STOPPED_LONG, codes.AL_STOPPED_REMINDER]
    rig.client.request("start")  # it warns, it does not block
    rig.run_for(12_000)
    assert active(rig) == [codes.AL_STOPPED_LONG]  # high and latched: somebody must say so
    rig.client.request("ack", code=codes.AL_STOPPED_LONG)
    assert active(rig) == []
