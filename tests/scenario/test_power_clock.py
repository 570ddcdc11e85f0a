"""Time: ticks that wrap while dosing, a wall clock that is lost or wrong (CLK-1)."""

from __future__ import annotations

import pytest

from host_tools.link import ClockOffset, RefusedError, clock_offset
from picodose import codes
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx, day_rx
from tests.scenario.journal_view import active, journal
from tests.scenario.test_therapy_clock import BOLUS_STEPS, at

WRAP = 1 << 30
PROGRAM = day_rx([[0, 150_000, 0, 0], [720, 150_000, 5_000, 60_000]], fallback_nl_h=15_000)


@pytest.mark.req("CLK-1")
def test_the_tick_wraps_while_dosing_and_no_step_knows() -> None:
    rig = Rig()
    rig.pico.ticks_start_ms = WRAP - 60_000  # milliseconds and microseconds wrap here
    rig.pico.ticks_start_us = WRAP - 60_000_000
    rig.power_cut()
    rig.start(const_rx(150_000))
    before_ms = rig.client.request("status", page=1)["uptime_ms"]
    ticks_before = rig.parts.clock._last
    start_ns = rig.now_ns
    rig.run_for(120_000)
    assert rig.parts.clock._last < ticks_before, "no wrap happened"
    after_ms = rig.client.request("status", page=1)["uptime_ms"]
    assert after_ms - before_ms == pytest.approx((rig.now_ns - start_ns) / 1e6, abs=5)
    gaps_ns = [b - a for a, b in zip(rig.rises(), rig.rises()[1:], strict=False)]
    assert len(gaps_ns) >= 395
    assert max(gaps_ns) <= 601e6 and min(gaps_ns) >= 249e6  # 10 steps in 3 s, on ticks of 1 s


@pytest.mark.req("CLK-1")
def test_the_time_of_day_is_lost_with_the_power_and_comes_back_when_it_is_set() -> None:
    rig = Rig()
    rig.client.request("clock", wall_s=at("11:50:00"))
    rig.start(PROGRAM)
    rig.run_for(30_000)
    rig.power_cut()
    rig.run_for(12_000)
    assert codes.AL_CLOCK_LOST in active(rig)
    assert rig.client.request("status", page=2)["wall_s"] == -1
    assert rig.status()["rate_nl_h"] == 15_000
    lost_ns = rig.now_ns
    rig.run_for(15 * 60_000)  # noon passes: 300 steps of fallback and no bolus
    assert 298 <= rig.steps(lost_ns) <= 302
    rig.client.request("clock", wall_s=at("12:06:00"))
    set_ns = rig.now_ns
    rig.run_for(62_000)
    assert codes.AL_CLOCK_LOST not in active(rig)
    assert 195 <= rig.steps(set_ns) <= 210  # 150 uL/h again: 200 steps a minute
    assert len(journal(rig, codes.EV_BOLUS_MISSED)) == 1


@pytest.mark.req("CLK-1")
def test_a_stopped_pump_or_a_steady_rate_needs_no_clock() -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    rig.run_for(30_000)
    assert active(rig) == []


@pytest.mark.req("CLK-1")
def test_a_patient_who_asks_gets_a_bolus_while_the_clock_is_lost() -> None:
    rig = Rig()
    rig.start(PROGRAM)
    rig.run_for(12_000)
    rig.client.load(bolus_rx(5_000, 60_000))
    start_ns = rig.now_ns
    rig.run_for(70_000)
    assert BOLUS_STEPS <= rig.steps(start_ns) <= BOLUS_STEPS + 25  # and the fallback's 23


@pytest.mark.req("CLK-1")
def test_comparing_clocks_corrects_nothing() -> None:
    rig = Rig()
    unknown = clock_offset(at("11:50:00"), rig.client.status())
    assert unknown.offset_s is None and unknown.must_show
    rig.client.request("clock", wall_s=at("11:50:00"))
    status, sets = rig.client.status(), len(journal(rig, codes.EV_CLOCK_SET))
    before, asked_ns = dict(status), rig.now_ns
    for off_s, must_show in ((299, False), (300, False), (301, True)):
        for side in (-1, 1):
            found = clock_offset(status["wall_s"] - side * off_s, status)
            assert (found.offset_s, found.must_show) == (side * off_s, must_show)
    assert status == before
    rig.run_for(60_000)
    passed_s = (rig.now_ns - asked_ns) / 1e9
    assert rig.client.status()["wall_s"] - before["wall_s"] == pytest.approx(passed_s, abs=2)
    assert len(journal(rig, codes.EV_CLOCK_SET)) == sets


@pytest.mark.req("CLK-1")
def test_a_wrong_clock_is_shown_and_moves_by_a_command_only() -> None:
    rig = Rig()
    rig.start(PROGRAM)
    rig.client.request("clock", wall_s=at("11:50:00"))  # the host's own time is six minutes on
    host_s = at("11:56:00")
    set_ns = rig.now_ns

    def compared() -> ClockOffset:
        status = rig.client.status()
        return clock_offset(host_s + (rig.now_ns - set_ns) // 10**9, status)

    first = compared()
    assert first.must_show and first.offset_s == pytest.approx(-360, abs=2)
    assert "behind this host's" in first.sentence
    rig.run_for(10 * 60_000 + 20_000)  # into the bolus of its own noon
    assert rig.status()["bolus_nl"] > 0
    later = compared()
    assert later.must_show and later.offset_s == pytest.approx(-360, abs=2)
    with pytest.raises(RefusedError, match="BUSY_BOLUS"):  # never corrected during a bolus
        rig.client.request("clock", wall_s=at("12:06:30"))
    rig.run_for(60_000)
    rig.client.request("clock", wall_s=at("12:07:30"))  # an order, in the journal with its shift
    right = compared()
    assert not right.must_show and right.offset_s == pytest.approx(0, abs=12)
    assert [entry.a for entry in journal(rig, codes.EV_CLOCK_SET)][-1] in range(350, 372)
    rig.run_for(90_000)
    end = journal(rig, codes.EV_BOLUS_END)
    assert [(entry.a, entry.b) for entry in end] == [(5_000, 0)]
