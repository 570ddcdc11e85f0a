"""Three identical cycles of start and stop in 10 min lock the pump out (ALM-4)."""

from __future__ import annotations

import pytest

from picodose.safety.cycles import Cycles

OCCLUSION, LEAK = 120, 121


@pytest.mark.req("ALM-4")
def test_the_third_stop_by_the_same_alarm_within_10_min_locks_out() -> None:
    cycles = Cycles()
    stops = [cycles.stopped_by(OCCLUSION, t_ms) for t_ms in (0, 300_000, 599_999, 600_000)]
    assert stops == [False, False, True, True]


@pytest.mark.req("ALM-4")
def test_slower_cycles_and_different_alarms_do_not() -> None:
    cycles = Cycles()
    assert not any(cycles.stopped_by(OCCLUSION, t_ms * 300_000) for t_ms in range(20))
    cycles = Cycles()
    assert not any(cycles.stopped_by((OCCLUSION, LEAK)[n % 2], n) for n in range(20))
