"""The trial: a prescription with an end, which it reaches by itself (THER-9).

Upstream: the pump, when a program begins or the clock is set. Downstream: the pump's stop, the
journal. The end is the first of so many days of running time since the first start, and a date. A
trial that has ended starts no more; any reset leaves it stopped until a clinician starts it again,
for running time since the last record is lost with a reset.
"""

import struct

from micropython import const

from picodose import codes
from picodose.codes import Refused
from picodose.record.reservation import NEVER_S

_NEVER_MS = const(1 << 60)
_DAY_S = const(86_400)
_LETTERS = const(10)  # of a text in one journal entry


class Trial:
    """parts: the wired pump; pump: the state machine. A loop part: due when the trial ends."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump
        self.due_ms = _NEVER_MS

    def permit(self, rx, end_s: int) -> None:
        """Raise Refused when this trial is over, or cannot tell by its date whether it is.

        end_s: running second at which it ends, NEVER_S before its first start.
        """
        if rx.trial is None:
            return
        until_s, wall_s = rx.trial[1], self._parts.wall.wall_s(self._parts.clock.now_ms())
        if until_s and wall_s is None:
            hint = "the trial ends at a date: set the clock first"
            raise Refused(codes.TRIAL_OVER, "clock", None, until_s, hint)
        if self._now_s() >= end_s or (until_s and wall_s >= until_s):
            hint = "commit a permanent prescription, or decommission"
            raise Refused(codes.TRIAL_OVER, "trial", self._now_s(), end_s, hint)

    def begin(self) -> None:
        """A program begins to run: the first time, the days of a trial count from now."""
        rx, record = self._pump.rx, self._parts.accounts.record
        if rx.trial and record.trial_s == NEVER_S:
            record.trial_s = self._now_s() + rx.trial[0] * _DAY_S
        self.look()

    def look(self) -> None:
        """Find out anew when it ends; the clock may have been set."""
        parts, rx = self._parts, self._pump.rx
        self.due_ms = _NEVER_MS
        if parts.order.schedule and rx.trial:
            now_ms = parts.clock.now_ms()
            left_s = parts.accounts.record.trial_s - self._now_s()
            if rx.trial[1]:
                left_s = min(left_s, rx.trial[1] - parts.wall.wall_s(now_ms))
            self.due_ms = now_ms + max(left_s, 0) * 1000

    def left_s(self) -> int:
        """Seconds of running time left, -1 where there is no trial that was started."""
        end_s = self._parts.accounts.record.trial_s
        return -1 if end_s == NEVER_S else max(end_s - self._now_s(), 0)

    def run(self, _now_ms: int) -> None:
        """The end: stopped, journaled, told; what is left of its days is forfeit."""
        self.due_ms = _NEVER_MS
        if self._parts.order.schedule:
            record = self._parts.accounts.record
            record.trial_s = min(record.trial_s, self._now_s())
            self._pump.stop("trial", codes.AL_TRIAL_ENDED)
            self._parts.alerts.raise_(codes.AL_TRIAL_ENDED)

    def score(self, score: int, text: str) -> list:
        """Store an evaluation, 0 to 10 with a few words: it is kept in the journal, the words in
        entries of ten letters before it.
        """
        rx, journal = self._pump.rx, self._parts.journal
        if rx is None or rx.trial is None:
            raise Refused(codes.NO_TRIAL, "score", None, None, "no trial is programmed")
        raw = text.encode()
        for at in range(0, len(raw), _LETTERS):
            piece = raw[at : at + _LETTERS]
            words = struct.unpack("<iiH", piece + bytes(_LETTERS - len(piece)))
            journal.event(codes.EV_TEXT, *words, False)
        journal.event(codes.EV_SCORE, score, len(raw), 0, True)
        return []

    def _now_s(self) -> int:
        return self._parts.accounts.running_ms(self._parts.clock.now_ms()) // 1000
