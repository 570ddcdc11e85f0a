"""Raises, journals and sounds alarms: the only way from a finding to a noise and to the table's
pump action.

Upstream: pump, monitor, start-up. Downstream: safety/alarms.py (what is active), safety/tones.py
(the notes), beeper. Invariant: an alarm's record is in flash before its first note (ALM-2).
"""

from micropython import const

from picodose import codes
from picodose.safety import tones

_FEED_MS = const(100)  # the beeper's queue holds four notes or rests: more than a flash stall


class Alerts:
    """alarms: safety/alarms.Alarms; journal, beeper, clock; halt(code) is set by the pump for STOP
    rows.
    """

    def __init__(self, alarms, journal, beeper, clock):
        self.alarms = alarms
        self._journal = journal
        self._beeper = beeper
        self._clock = clock
        self._tune = None
        self._cue = 0  # a confirmation, refusal or click waits
        self._ends_ms = 0  # of the pattern that sounds
        self.halt = None
        self._accounts = None
        self.due_ms = 0

    def keep_in(self, accounts) -> None:
        """Where latched alarms survive a reset."""
        self._accounts = accounts

    def raise_(self, code: int, a: int = 0, b: int = 0) -> None:
        """The cause is there: journal a new alarm, stop the pump if its row says so, sound it."""
        if self.alarms.raise_(code, self._clock.now_ms()):
            if self.alarms.priority(code) == tones.HIGH:
                self._journal.fault(codes.EV_ALARM, code, a, b)
            self._journal.event(codes.EV_ALARM, code, a, b, True)
            self.due_ms = 0
            if self.alarms.blocking() and self.halt:
                self.halt(code)
            self._keep()

    def clear(self, code: int) -> None:
        """The cause is gone; a latched alarm still waits for an acknowledgement."""
        if self.alarms.is_active(code) and self.alarms.clear(code, self._clock.now_ms()):
            self._journal.event(codes.EV_ALARM_CLEAR, code, 0, 0, True)
            self._keep()

    def ack(self, code: int) -> list:
        """A person has heard it; raises Refused for an alarm that is not active."""
        if not self.alarms.is_active(code):
            raise codes.Refused(codes.RANGE, "code", code, None, "not active: read status page 1")
        ended = self.alarms.ack(code, self._clock.now_ms())
        self._journal.event(codes.EV_ALARM_ACK, code, 1 if ended else 0, 0, True)
        self._keep()
        return [("ended", 1 if ended else 0)]

    def _keep(self) -> None:
        """Latched alarms survive a reset from the moment they are raised or acknowledged."""
        if self._accounts and self._accounts.record.alarms != self.alarms.latched_mask():
            self._accounts.save(self._clock.now_ms())

    def cue(self, pattern: int) -> None:
        """Sound a confirmation, refusal or click; dropped while anything sounds, so that no queue
        of them delays an alarm.
        """
        self._cue = pattern
        self.due_ms = 0

    def run(self, now_ms: int) -> None:
        """Loop part: begin the burst that is due, feed the beeper."""
        if self._tune is None:
            pattern = self.alarms.burst(now_ms) or (now_ms >= self._ends_ms and self._cue)
            self._cue = 0
            if pattern:
                self._tune = tones.Tune(pattern)
                self._ends_ms = now_ms + tones.length_ms(pattern)
        if self._tune and not self._tune.feed(self._beeper):
            self._tune = None
        self.due_ms = now_ms + _FEED_MS if self._tune else self.alarms.due_ms(now_ms)
