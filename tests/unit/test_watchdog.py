"""Feeding only when all are alive; three timeouts in an hour stay stopped (SAF-2, REC-5)."""

from __future__ import annotations

import pytest

from picodose.safety import watchdog

NEVER = watchdog.NEVER_S


@pytest.mark.req("SAF-2")
def test_one_silent_part_starves_the_watchdog() -> None:
    alive = watchdog.Alive(3)
    for part in range(3):
        assert not alive.may_feed()
        for other in range(3):
            if other != part:
                alive.report(other)
    assert not alive.may_feed()
    for part in range(3):
        alive.report(part)
    assert alive.may_feed()
    assert not alive.may_feed()


@pytest.mark.req("REC-5")
def test_the_third_timeout_within_an_hour_stays_stopped() -> None:
    history, stop = watchdog.timed_out([NEVER] * 3, 100)
    assert (history, stop) == ([NEVER, NEVER, 100], False)
    history, stop = watchdog.timed_out(history, 200)
    assert not stop
    assert watchdog.timed_out(history, 3_700) == ([100, 200, 3_700], True)
    assert watchdog.timed_out(history, 3_701) == ([100, 200, 3_701], False)
