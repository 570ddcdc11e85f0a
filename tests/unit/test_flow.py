"""Judges of delivery: under-delivery windows, marks of the rotor, pressure of the line."""

from __future__ import annotations

import pytest

from picodose.safety.flow import WINDOW_MS, Leak, Rotor, Under, stall_steps
from profiles import bench_step, sensed_step, therapy_step
from tools import detection

LOOK_MS = 10_000


def windows(rate_steps_h: int, share: float, hours: float = 6.0) -> list[tuple[int, int]]:
    """(hour in ms, verdict) of every window in which only this share of the grants is reported."""
    under, total = Under(0, 0), 0.0
    closed, found = 0.0, []
    for now_ms in range(LOOK_MS, round(hours * 3_600_000), LOOK_MS):
        step = rate_steps_h * LOOK_MS / 3_600_000
        closed = closed + step * share
        total += step
        verdict = under.judge(now_ms, int(total + 2 * step), int(closed), 0)
        if verdict >= 0:
            found.append((now_ms, verdict))
    return found


@pytest.mark.req("DEL-5")
@pytest.mark.parametrize("rate_steps_h", [20, 800, 4_800_000])
def test_what_is_all_reported_is_in_order_at_every_rate(rate_steps_h: int) -> None:
    verdicts = windows(rate_steps_h, 1.0)
    assert len(verdicts) >= 2
    assert all(missing == 0 for _, missing in verdicts)


@pytest.mark.req("DEL-5")
@pytest.mark.parametrize(("rate_steps_h", "window_ms"), [(20, 7_200_000), (4_800, WINDOW_MS)])
def test_a_window_lasts_five_minutes_or_forty_steps(rate_steps_h: int, window_ms: int) -> None:
    first_ms, _ = windows(rate_steps_h, 1.0)[0]
    assert window_ms - 2 * 3_600_000 / rate_steps_h <= first_ms <= window_ms + LOOK_MS


@pytest.mark.req("DEL-5")
@pytest.mark.parametrize(("share", "told"), [(0.92, False), (0.88, True), (0.0, True)])
def test_a_tenth_of_a_window_may_be_missing(share: float, told: bool) -> None:
    verdicts = windows(48_000, share)
    assert any(missing > 0 for _, missing in verdicts[1:]) is told


@pytest.mark.req("DEL-5")
@pytest.mark.parametrize(("missing", "told"), [(4, 0), (5, 5)])
def test_four_steps_may_always_be_missing(missing: int, told: int) -> None:
    under = Under(0, 0)
    assert under.judge(WINDOW_MS, 0, 0, 0) == -1
    assert under.judge(WINDOW_MS + LOOK_MS, 41, 41, missing) == told


@pytest.mark.req("DEL-5")
def test_what_is_missing_counts_in_its_own_window_only() -> None:
    under = Under(0, 0)
    assert under.judge(WINDOW_MS, 100, 100, 50) == 50
    assert under.judge(2 * WINDOW_MS, 200, 200, 50) == 0


@pytest.mark.req("DEL-5")
def test_the_rotor_may_be_a_sixteenth_late_and_no_more() -> None:
    rotor = Rotor(800, 100, 65_535)
    assert rotor.judge(900, 0) == 0  # the mark counter wraps
    assert rotor.judge(900 + stall_steps(800), 0) == 0
    assert rotor.judge(901 + stall_steps(800), 0) == 1
    assert rotor.judge(1_900, 1) == 0


@pytest.mark.req("DEL-5")
def test_marks_without_steps_are_motion_without_order_unless_the_motor_is_off() -> None:
    rotor = Rotor(800, 0, 0)
    assert rotor.judge(10, 2) == 0  # it may rock on an edge of the disk
    assert rotor.judge(20, 5) == -1
    rotor.rest(20, 30)
    assert rotor.judge(30, 30) == 0


@pytest.mark.req("DEL-5")
def test_stops_do_not_hide_a_rotor_that_stands_still() -> None:
    rotor = Rotor(800, 0, 0)
    for confirmed in range(0, 851, 50):
        assert rotor.judge(confirmed, 0) == 0
        rotor.rest(confirmed, 0)
    assert rotor.judge(851, 0) == 1


@pytest.mark.req("DEL-5")
def test_a_line_must_come_under_pressure_within_its_steps() -> None:
    leak = Leak(3_000, 200, 0)
    assert not leak.judge(0, 200)
    assert leak.judge(0, 201)
    assert not leak.judge(0, 401), "another try after each alarm"
    assert not leak.judge(3_000, 402)
    assert not leak.judge(2_999, 602)
    leak.rest(700)
    assert not leak.judge(0, 900)


@pytest.mark.req("DEL-5")
def test_only_the_profile_with_sensors_names_faults_that_need_one() -> None:
    assert detection.limits(therapy_step) == detection.limits(bench_step) == []
    alarms = [limit.alarm for limit in detection.limits(sensed_step)]
    assert alarms == ["AL_ROTOR", "AL_OCCLUSION", "AL_LEAK"]


def test_a_time_is_never_rounded_down() -> None:
    assert [detection.span(ms) for ms in (1, 119_901, 120_001, 7_200_001)] == [
        "0.1 s", "120 s", "2.1 min", "2.1 h",
    ]  # fmt: skip
