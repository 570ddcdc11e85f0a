"""Stalls: what was missed is recorded and never delivered later; a hung loop stops the pump."""

from __future__ import annotations

from functools import partial
from math import ceil

import pytest

from tests.scenario.delivery_rig import MS, WIDE, Rig, S, const_rx, most_in

RATES = (("therapy_step", 1_000_000), (WIDE, 60_000_000))


def share(rate_nl_h: int, span_s: float) -> float:
    """Steps of this rate in a span."""
    return rate_nl_h / 3600 / 12.5 * span_s


JITTER_NS = 20_000  # a tick's interrupt begins its burst some microseconds late, or not


def assert_no_catch_up(rises: list[int], steps_s: float, tick_ms: int) -> None:
    """No second carries more than its own share, one step, and what whole microseconds run ahead.

    hal/pulse_pio.py spreads the n pulses of a tick over the tick less 16 us, every spacing rounded
    down by less than 1 us: a pulse comes at most 16 + n us before its even place. Where one burst
    begins late by the jitter and the next does not, the first edge of the next lies in the same
    second: there its share counts in whole steps, as the ticks carry it.
    """
    ahead_s = (16 + steps_s * tick_ms / 1000 + 1) / 1e6
    assert most_in(rises, S - JITTER_NS) <= steps_s * (1 + ahead_s) + 1
    assert most_in(rises, S) <= ceil(steps_s) + 1


@pytest.mark.req("LIM-4")
@pytest.mark.parametrize("stall_ms", [1000, 5000])
@pytest.mark.parametrize(("profile", "rate_nl_h"), RATES)
def test_a_stalled_loop_never_catches_up_and_records_what_it_missed(
    profile: str, rate_nl_h: int, stall_ms: int
) -> None:
    rig = Rig(profile)
    rig.start(const_rx(rate_nl_h))
    rig.run_for(6000)
    first_ns = rig.rises()[0]
    for k in range(4):
        rig.hang(stall_ms)
        rig.run_for(stall_ms + 9000 + 371 * k)
    assert_no_catch_up(rig.rises(), share(rate_nl_h, 1), rig.status()["tick_ms"])
    span_s = (rig.now_ns - first_ns) / S
    missed = rig.status()["missed_nl"] / 12.5
    tick = share(rate_nl_h, rig.status()["tick_ms"] / 1000)
    assert abs(rig.steps() + missed - share(rate_nl_h, span_s)) <= 2 * tick + 2
    assert (missed > share(rate_nl_h, 3)) == (stall_ms > 4000)
    rig.stop()
    rig.assert_booked()


@pytest.mark.req("LIM-4", "LIM-5")
@pytest.mark.parametrize(("profile", "rate_nl_h"), RATES)
def test_a_minute_without_the_loop_ends_in_a_reset_and_is_not_made_up(
    profile: str, rate_nl_h: int
) -> None:
    rig = Rig(profile)
    rig.start(const_rx(rate_nl_h))
    rig.run_for(6000)
    boots, hung_ns = rig.pico.boots, rig.now_ns
    rig.hang(60_000)
    rig.pico.until(lambda: rig.pico.boots > boots, 8_500)
    assert rig.steps(hung_ns) <= share(rate_nl_h, 4) + 1
    reset_ns = rig.now_ns
    rig.boot(60_000)
    assert rig.status()["state"] == "running"
    assert_no_catch_up(rig.rises(), share(rate_nl_h, 1), rig.status()["tick_ms"])
    assert rig.steps(reset_ns) <= share(rate_nl_h, (rig.now_ns - reset_ns) / S)


@pytest.mark.req("LIM-5")
@pytest.mark.parametrize(("profile", "rate_nl_h"), RATES)
def test_after_the_loop_hangs_at_any_instant_at_most_four_seconds_follow(
    profile: str, rate_nl_h: int
) -> None:
    rig = Rig(profile)
    rig.start(const_rx(rate_nl_h))
    least = 1e9
    for k in range(10):
        rig.run_for(9000)
        rig.run_for(k * 211 % 2000)
        hung_ns = rig.now_ns
        rig.hang(5_900)  # the watchdog was fed up to two seconds before
        rig.run_for(5_800)
        followed = rig.steps(hung_ns)
        assert followed <= share(rate_nl_h, 4) + 1
        assert rig.steps(hung_ns + 5 * S) == 0
        least = min(least, followed)
    assert least >= share(rate_nl_h, 1), "the hang did not meet a running pump"


def _driver_off(rig: Rig) -> bool:
    return rig.pico.lines[6].level() == 1


@pytest.mark.req("SAF-2", "DEL-5")
@pytest.mark.parametrize(("profile", "rate_nl_h"), RATES)
def test_a_dosing_interrupt_that_died_is_noticed(profile: str, rate_nl_h: int) -> None:
    for offset_ms in (0, 667, 1333):
        rig = Rig(profile)
        rig.start(const_rx(rate_nl_h))
        rig.run_for(6000 + offset_ms)
        tick_ms = rig.status()["tick_ms"]
        limit_ms = tick_ms + max(3 * tick_ms, 2000) + 10
        rig.pico.fault("dead_timers")
        died_ns = rig.now_ns
        rig.pico.until(partial(_driver_off, rig), limit_ms)
        assert rig.steps(died_ns) <= share(rate_nl_h, tick_ms / 1000) + 1
        rig.run_for(500)
        assert rig.status()["state"] == "fault"
        assert "102" in rig.client.request("status", page=1)["active"].split(",")


@pytest.mark.req("LIM-4")
def test_a_stall_longer_than_the_segments_in_hand_misses_what_it_cannot_owe() -> None:
    rig = Rig(WIDE)
    rig.start(const_rx(30_000_000))
    rig.run_for(6000)
    first_ns = rig.rises()[0]
    rig.stall(1500)
    rig.run_for(20_000)
    lost = rig.status()["missed_nl"] / 12.5
    assert lost > share(30_000_000, 0.5)
    ideal = share(30_000_000, (rig.now_ns - first_ns) / S)
    assert abs(rig.steps() + lost - ideal) <= share(30_000_000, 0.4)
    # Twice the rate while the stall is worked off.
    assert_no_catch_up(rig.rises(), share(30_000_000, 2), rig.status()["tick_ms"])
    late_ns = rig.now_ns - 15_000 * MS
    assert rig.steps(late_ns) <= share(30_000_000, 15.1)
