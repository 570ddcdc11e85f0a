"""What needs no sensor: commands without a report, steps beyond the grant, under-delivery."""

from __future__ import annotations

import pytest

from picodose import codes
from profiles import therapy_step as profile
from tests.scenario.delivery_rig import Rig, const_rx
from tests.scenario.journal_view import active, journal
from tools import detection

WINDOW_MS = 300_000


def running(rate_nl_h: int) -> Rig:
    """A pump that has run for some seconds."""
    rig = Rig()
    rig.start(const_rx(rate_nl_h))
    rig.run_for(6_000)
    return rig


def hang_often(rig: Rig, times: int) -> None:
    """Each time the loop stands still for nearly 6 s: its segments last for 4 s at most."""
    for _ in range(times):
        rig.hang(5_800)
        rig.run_for(7_000)


@pytest.mark.req("DEL-5")
@pytest.mark.parametrize("rate_nl_h", [250, 1_000_000])
@pytest.mark.parametrize("broken", ["takes nothing", "reports nothing"])
def test_a_pulse_port_without_reports_stops_the_pump_in_time(broken: str, rate_nl_h: int) -> None:
    rig = running(rate_nl_h)
    start = rig.pico.pios.machine(0).words.start
    if broken == "takes nothing":
        rig.pico.pios.blocks[0].patch(start, 0x20C7)  # pull() becomes wait(1, irq, 7)
    else:
        rig.pico.pios.blocks[0].patch(start + 8, 0xA042)  # push() becomes nop()
    step_ms = 12.5 * 3_600_000 / rate_nl_h
    rig.run_for(step_ms + detection.dead_ms(rate_nl_h, profile))
    assert active(rig) == [codes.AL_STALL]
    assert rig.status()["state"] == "fault"
    assert rig.pico.lines[6].level() == 1


@pytest.mark.req("DEL-5")
def test_a_slow_pump_is_not_taken_for_a_dead_one() -> None:
    rig = running(250)
    rig.run_for(3 * 3_600_000)
    assert active(rig) == []
    assert rig.steps() in (59, 60, 61)


@pytest.mark.req("DEL-5")
def test_a_step_beyond_the_grant_trips() -> None:
    rig = running(1_000_000)
    rig.parts.ledger.granted -= 150
    rig.run_for(2_100)
    assert active(rig) == [codes.AL_OVER_DELIVERY]
    assert rig.status()["state"] == "fault"


@pytest.mark.req("DEL-5", "ALM-4")
def test_less_than_nine_tenths_over_five_minutes_alarms_and_ends_with_a_window_in_order() -> None:
    rig = running(1_000_000)
    hang_often(rig, 25)
    rig.run_for(detection.under_ms(1_000_000, profile) - 25 * 7_000)
    assert active(rig) == [codes.AL_UNDER_DELIVERY]
    assert rig.status()["state"] == "running"
    raised = [
        entry for entry in journal(rig, codes.EV_ALARM) if entry.a == codes.AL_UNDER_DELIVERY
    ]
    missed_nl = rig.status()["missed_nl"]
    assert len(raised) == 1 and 0.1 * 6_666 < raised[0].b <= missed_nl / 12.5
    rig.run_for(WINDOW_MS)
    rig.ack_all()
    assert active(rig) == []


@pytest.mark.req("DEL-5")
def test_a_little_missing_is_journaled_and_no_alarm() -> None:
    rig = running(1_000_000)
    for _ in range(3):
        hang_often(rig, 4)  # some 10 s of 300
        rig.run_for(WINDOW_MS - 28_000)
    assert rig.status()["missed_nl"] > 4_000
    assert active(rig) == []
    assert journal(rig, codes.EV_MISSED) != []


@pytest.mark.req("DEL-5")
@pytest.mark.parametrize("span_ms", [7_700, 41_000])
def test_stops_and_starts_are_no_under_delivery(span_ms: int) -> None:
    rig = running(1_000_000)
    for _ in range(360_000 // span_ms):
        rig.stop()
        rig.client.request("start")
        rig.run_for(span_ms)
    assert active(rig) == []
