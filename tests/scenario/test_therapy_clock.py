"""The day program against a wall clock that jumps (THER-7), judged at the STEP pin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, bolus_rx, day_rx
from tests.scenario.journal_view import journal

DAY_S = 820_540_800  # 2026-01-01 00:00 as seconds since 2000
BOLUS_STEPS = 400  # 5 uL
SLOW_NL_H = 250  # one step in three minutes: what moves faster is the bolus


def at(text: str) -> int:
    """Wall seconds of a time of day, "HH:MM:SS"."""
    hour, minute, second = map(int, text.split(":"))
    return DAY_S + hour * 3600 + minute * 60 + second


def minute_of(text: str) -> int:
    """Minute of the day of "HH:MM"."""
    hour, minute = map(int, text.split(":"))
    return hour * 60 + minute


def wall_ns(rig: Rig, wall_s: int) -> int:
    """The virtual instant at which the pump's wall clock reads wall_s."""
    clock, pico = rig.parts.clock, rig.pico
    ticked_ms = (clock._last - pico.ticks_start_ms) % (1 << 30)
    origin_ns: int = pico.chip.start_ns + (ticked_ms - clock._ms) * 1_000_000
    mono_ms: int = wall_s * 1000 - rig.parts.wall.offset_ms
    return origin_ns + mono_ms * 1_000_000


def with_bolus(when: str) -> Rig:
    """A pump whose program gives 5 uL within a minute once a day."""
    rig = Rig()
    steps = [[minute_of(when), SLOW_NL_H, 5_000, 60_000]]
    rig.client.load(day_rx(steps))
    return rig


def started(when: str, clock: str) -> Rig:
    """The same, its clock set and running."""
    rig = with_bolus(when)
    rig.client.request("clock", wall_s=at(clock))
    rig.client.request("start")
    return rig


def given(rig: Rig) -> float:
    """How many boluses came out of the pin."""
    return round(rig.steps() / BOLUS_STEPS, 1)


def missed(rig: Rig) -> list[tuple[int, int]]:
    """(minute of the day, nL) of every scheduled bolus journaled as missed."""
    return [(entry.a, entry.b) for entry in journal(rig, codes.EV_BOLUS_MISSED)]


@pytest.mark.req("THER-7")
def test_a_boundary_is_met_within_one_dosing_tick() -> None:
    rig = Rig()
    slow, fast = 250, 1_000_000
    rig.client.load(day_rx([[0, slow, 0, 0], [720, fast, 0, 0], [722, slow, 0, 0]]))
    rig.client.request("clock", wall_s=at("11:59:41"))
    rig.client.request("start")
    tick_ns = rig.status()["tick_ms"] * 1_000_000
    noon_ns, end_ns = wall_ns(rig, at("12:00:00")), wall_ns(rig, at("12:02:00"))
    rig.run_for(160_000)
    fast_rises = [t_ns for t_ns in rig.rises() if t_ns >= noon_ns - 2_000_000_000]
    assert noon_ns - tick_ns <= fast_rises[0] <= noon_ns + tick_ns
    last_ns = [t_ns for t_ns in fast_rises if t_ns <= end_ns + 2 * tick_ns][-1]
    assert end_ns - tick_ns <= last_ns <= end_ns + tick_ns
    for second in range(0, 121, 5):  # 1 mL/h is 200/9 steps a second
        ideal = second * 200 / 9
        found = rig.steps(noon_ns, noon_ns + second * 1_000_000_000)
        assert abs(found - ideal) <= 200 / 9 * tick_ns / 1e9 + 1, second


def plain(rig: Rig) -> None:
    rig.run_for(150_000)


def forward_over_it(rig: Rig) -> None:
    rig.client.request("clock", wall_s=at("12:30:00"))
    rig.run_for(150_000)


def onto_two_seconds_before(rig: Rig) -> None:
    rig.client.request("clock", wall_s=at("11:59:58"))
    rig.run_for(150_000)


def back_after_it(rig: Rig) -> None:
    rig.run_for(120_000)
    rig.client.request("clock", wall_s=at("11:59:30"))
    rig.run_for(150_000)


def back_before_it(rig: Rig) -> None:
    rig.client.request("clock", wall_s=at("11:58:00"))
    rig.run_for(240_000)


def back_and_forth_in_its_minute(rig: Rig) -> None:
    rig.run_for(60_000)
    for clock in ("11:59:00", "12:05:00", "11:59:59"):
        with pytest.raises(RefusedError, match="BUSY_BOLUS"):
            rig.client.request("clock", wall_s=at(clock))
        rig.run_for(15_000)
    rig.run_for(60_000)
    for clock in ("11:59:00", "12:05:00", "11:59:59"):  # the mark of what was given holds
        rig.client.request("clock", wall_s=at(clock))
        rig.run_for(20_000)
    rig.run_for(60_000)


def power_cut_then_clock_set_back(rig: Rig) -> None:
    rig.run_for(120_000)
    rig.power_cut()
    rig.client.request("clock", wall_s=at("11:59:30"))
    rig.run_for(120_000)


def power_cut_over_it(rig: Rig) -> None:
    rig.power_cut(60_000)
    rig.client.request("clock", wall_s=at("12:10:00"))
    rig.run_for(120_000)


def start_a_second_before(rig: Rig) -> None:
    rig.stop()
    rig.run_for(1_000)
    rig.client.request("clock", wall_s=at("11:59:59"))
    rig.client.request("start")
    rig.run_for(150_000)


def commit_a_second_before(rig: Rig) -> None:
    rig.client.request("clock", wall_s=at("11:59:59"))
    rig.client.load(day_rx([[0, SLOW_NL_H, 0, 0], [minute_of("12:00"), SLOW_NL_H, 5_000, 60_000]]))
    rig.run_for(150_000)


NOON = (720, 5_000)


@pytest.mark.req("THER-7")
@pytest.mark.parametrize(
    ("story", "boluses", "journaled"),
    [
        (plain, 1, []),
        (forward_over_it, 0, [NOON]),
        (onto_two_seconds_before, 1, []),
        (back_after_it, 1, []),
        (back_before_it, 1, []),
        (power_cut_then_clock_set_back, 1, []),
        (power_cut_over_it, 0, [NOON]),
        (start_a_second_before, 1, []),
        (commit_a_second_before, 1, []),
    ],
)
def test_a_scheduled_bolus_is_given_once_or_journaled_as_missed(
    story: Callable[[Rig], None], boluses: int, journaled: list[tuple[int, int]]
) -> None:
    rig = started("12:00", "11:59:03")
    story(rig)
    assert (given(rig), missed(rig)) == (boluses, journaled)


@pytest.mark.req("THER-7")
def test_clock_set_back_and_forth_during_and_after_a_bolus_leaves_it_whole() -> None:
    rig = started("12:00", "11:59:03")
    back_and_forth_in_its_minute(rig)
    assert (given(rig), missed(rig)) == (1, [])


@pytest.mark.req("THER-7")
@pytest.mark.parametrize(
    ("when", "clock", "wait_ms", "jump", "boluses", "journaled"),
    [
        ("02:30", "01:59:50", 5_000, "03:00:00", 0, [(150, 5_000)]),  # spring forward
        ("02:30", "02:29:30", 120_000, "02:29:00", 1, []),  # autumn, back into the same hour
        ("00:00", "23:59:40", 90_000, "23:59:30", 1, []),  # midnight, then back before it
    ],
    ids=["spring", "autumn", "midnight"],
)
def test_daylight_saving_and_midnight_neither_repeat_nor_make_up_a_bolus(
    when: str, clock: str, wait_ms: int, jump: str, boluses: int, journaled: list[tuple[int, int]]
) -> None:
    rig = started(when, clock)
    rig.run_for(wait_ms)
    rig.client.request("clock", wall_s=at(jump))
    rig.run_for(150_000)
    assert (given(rig), missed(rig)) == (boluses, journaled)


@pytest.mark.req("THER-7")
def test_a_scheduled_bolus_that_meets_a_single_one_is_missed_and_said_so() -> None:
    rig = started("12:00", "11:59:03")
    rig.client.load(bolus_rx(2_500, 120_000))
    rig.run_for(240_000)
    assert (rig.steps() // 200, missed(rig)) == (1, [NOON])


@pytest.mark.req("THER-7", "LIM-4")
def test_a_bolus_that_falls_due_while_the_loop_hangs_is_given_and_its_gap_is_missed() -> None:
    rig = started("12:00", "11:59:03")
    rig.run_for(56_000)
    rig.pico.fault("hang", ms=7_000)  # below the watchdog's time
    rig.run_for(150_000)
    missed_nl = rig.status()["missed_nl"]
    assert 0 < missed_nl < 5_000 * 8 / 60
    assert rig.steps() * 12.5 + missed_nl == pytest.approx(5_000, abs=30)


@pytest.mark.req("THER-7")
def test_a_bolus_within_the_old_reservation_is_not_given_again_after_a_power_cut() -> None:
    rig = Rig()
    noon = [[0, 150_000, 0, 0], [minute_of("12:00"), 150_000, 1_000, 60_000]]
    rig.client.load(day_rx(noon, fallback_nl_h=150_000))
    rig.client.request("clock", wall_s=at("11:59:03"))
    rig.client.request("start")
    rig.run_for(120_000)
    rig.power_cut()
    rig.client.request("clock", wall_s=at("11:59:30"))
    rig.run_for(120_000)
    assert len(journal(rig, codes.EV_BOLUS_BEGIN)) == 1
    assert missed(rig) == []
