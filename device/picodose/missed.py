"""Journals what was ordered and will not be delivered; nothing is ever made up (LIM-4, THER-7).

Upstream: the pump, at each look and when the clock is set. Downstream: journal, *cap reached*.
"""

from micropython import const

from picodose import codes
from picodose.therapy.schedule import Schedule

_NOTE_MS = const(600_000)
_UNITS_PER_NL = const(3_600_000)


class Missed:
    """parts: the wired pump."""

    def __init__(self, parts):
        self._parts = parts
        self._capped_steps = 0  # known at the last look
        self._known = 0  # all that was missed, when it was journaled last; it never falls
        self._capped_nl = 0  # journaled so far
        self._late_nl = 0
        self._due_ms = 0  # earliest next journal line on volume

    def look(self, now_ms: int, stopping: bool = False) -> None:
        """Volume missed because a cap was reached, or late (no segment in time, a long stall): the
        alarm comes at once, a line in the journal at most every 10 min, and at a stop.
        """
        parts = self._parts
        gate = parts.granter
        if gate.capped_steps != self._capped_steps:
            self._capped_steps = gate.capped_steps
            parts.alerts.raise_(codes.AL_CAP_REACHED)
        known = gate.capped_steps + gate.missed_units + parts.ledger.missed_stall
        if known != self._known and (stopping or now_ms >= self._due_ms):
            self._known = known
            capped_nl = parts.plan.nl(gate.capped_steps)
            late_nl = gate.missed_units // _UNITS_PER_NL + parts.plan.nl(parts.ledger.missed_stall)
            if capped_nl != self._capped_nl or late_nl != self._late_nl:
                self._due_ms = now_ms + _NOTE_MS
                self._volume(capped_nl - self._capped_nl, codes.AL_CAP_REACHED)
                self._volume(late_nl - self._late_nl, codes.AL_UNDER_DELIVERY)
                self._capped_nl, self._late_nl = capped_nl, late_nl

    def bolus(self, day_ms: int, amount_nl: int, step: int) -> None:
        """A scheduled bolus that is not given."""
        minute = day_ms // 60_000
        self._parts.journal.event(codes.EV_BOLUS_MISSED, minute, amount_nl, step, True)

    def skipped(self, rx, stretch_ms: tuple) -> int:
        """Scheduled boluses in a stretch (from, to) of wall time that a clock set skipped; their
        number.
        """
        missed = Schedule(rx).boluses_between(stretch_ms[0], stretch_ms[1])
        for wall_ms, amount_nl, step in missed:
            self.bolus(wall_ms % 86_400_000, amount_nl, step)
        return len(missed)

    def _volume(self, volume_nl: int, reason: int) -> None:
        if volume_nl:
            self._parts.journal.event(codes.EV_MISSED, volume_nl, reason, 0, False)
