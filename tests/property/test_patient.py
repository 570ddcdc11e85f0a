"""No history of presses, stops, cancels and resets gets past the lockout or the count (THER-3).

Judged in true time, which goes on while the power is off, by the first steps at the pin.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, patient_rx
from tests.scenario.journal_view import journal

NS_PER_MS = 1_000_000
MINUTE_MS = 60_000
LOCKOUT_MS, MOST = 10 * MINUTE_MS, 4
AHEAD_MS = 5_000  # from the request to the first step
DEEDS = ("press", "press", "press", "ask", "cancel", "stop", "power", "watchdog", "forced", "soft")
WAITS_MS = st.sampled_from([500, 9_000, MINUTE_MS, 9 * MINUTE_MS, 10 * MINUTE_MS, 90 * MINUTE_MS])


class History:
    """One pump and the instants at which a patient's bolus was granted."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.rig.start(patient_rx(24_000, [1_000, 60_000, LOCKOUT_MS, MOST]))
        self.granted_ms: list[float] = []

    def do(self, deed: str) -> None:
        """One deed; what it granted is known by the journal."""
        before = len(journal(self.rig, codes.EV_BOLUS_BEGIN))
        getattr(self, "_" + deed)()
        after = len(journal(self.rig, codes.EV_BOLUS_BEGIN))
        self.granted_ms += [self.rig.now_ns / NS_PER_MS] * (after - before)

    def _press(self) -> None:
        self.rig.pico.press("patient", 200)
        self.rig.run_for(1_000)

    def _ask(self) -> None:
        self._try("patient_bolus")

    def _cancel(self) -> None:
        self._try("cancel")

    def _try(self, cmd: str) -> None:
        try:
            self.rig.client.request(cmd)
        except RefusedError:
            pass

    def _stop(self) -> None:
        self.rig.stop()
        self._try("start")

    def _power(self) -> None:
        self.rig.power_cut(5 * MINUTE_MS)

    def _watchdog(self) -> None:
        self._reset("watchdog")

    def _forced(self) -> None:
        self._reset("forced")

    def _soft(self) -> None:
        self._reset("soft")

    def _reset(self, kind: str) -> None:
        self.rig.pico.reset(kind)
        self.rig.boot()


@pytest.mark.slow
@pytest.mark.req("THER-3", "THER-11")
@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(st.lists(st.tuples(st.sampled_from(DEEDS), WAITS_MS), min_size=6, max_size=16))
def test_no_history_gets_past_the_lockout_or_the_count(deeds: list[tuple[str, int]]) -> None:
    history = History()
    for deed, wait_ms in deeds:
        history.do(deed)
        history.rig.run_for(wait_ms)
    granted_ms = history.granted_ms
    assert len(granted_ms) <= MOST, "a history is shorter than a day"
    for earlier_ms, later_ms in zip(granted_ms, granted_ms[1:], strict=False):
        assert later_ms - earlier_ms >= LOCKOUT_MS - AHEAD_MS
    rig = history.rig
    marks = [entry.c for entry in journal(rig, codes.EV_BOLUS_BEGIN)]
    over = [entry.c for entry in journal(rig, codes.EV_BOLUS_END, codes.EV_BOLUS_CUT)]
    running = rig.status()["bolus_nl"] > 0
    assert len(set(marks)) == len(marks), "each has a number of its own"
    assert sorted(over) == sorted(marks[:-1] if running else marks)
