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
        self._capped = 0
        self._units = 0
        self._due_ms = 0  # earliest next journal line on volume

    def look(self, now_ms: int) -> None:
        """Volume missed because a cap was reached or segments were late: the alarm comes at once,
        a line in the journal at most every 10 min.
        """
        parts = self._parts
        gate = parts.granter
        capped, units = gate.capped_steps - self._capped, gate.missed_units - self._units
        if capped:
            parts.alerts.raise_(codes.AL_CAP_REACHED)
        if (capped or units) and now_ms >= self._due_ms:
            self._due_ms = now_ms + _NOTE_MS
            self._capped, self._units = gate.capped_steps, gate.missed_units
            self._volume(parts.plan.nl(capped), codes.AL_CAP_REACHED)
            self._volume(units // _UNITS_PER_NL, codes.AL_UNDER_DELIVERY)

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
