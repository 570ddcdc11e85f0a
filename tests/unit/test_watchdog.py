"""Three timeouts in an hour stay stopped (REC-5)."""

from __future__ import annotations

import pytest

from picodose.safety import watchdog

NEVER = watchdog.NEVER_S


@pytest.mark.req("REC-5")
def test_the_third_timeout_within_an_hour_stays_stopped() -> None:
    history, stop = watchdog.timed_out([NEVER] * 3, 100)
    assert (history, stop) == ([NEVER, NEVER, 100], False)
    history, stop = watchdog.timed_out(history, 200)
    assert not stop
    assert watchdog.timed_out(history, 3_700) == ([100, 200, 3_700], True)
    assert watchdog.timed_out(history, 3_701) == ([100, 200, 3_701], False)
