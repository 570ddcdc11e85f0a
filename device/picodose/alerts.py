"""Raises, journals and sounds alarms: the only way from a finding to a noise and to the table's
pump action.

Upstream: pump, monitor, start-up. Downstream: safety/alarms.py (what is active), safety/tones.py
(the notes), beeper. Invariant: an alarm's record is in flash before its first note (ALM-2).
"""

from micropython import const

from picodose import codes
from picodose.safety import tones
from picodose.safety.pause import LONGEST_S, AudioPause

_FEED_MS = const(100)  # the beeper's queue holds four notes or rests: more than a flash stall
_GAP_MS = const(500)  # between the sounds of a sound test
_SOUND_TEST = b"\x01\x02\x03\x04\x05\x06"  # every pattern of tones.py


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
        self._test = b""  # patterns that a sound test has still to play
        self._pause = AudioPause()
        self.heard_ms = 0  # when the host's last valid line came
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
            self._pause.end()  # it never covers a new alarm
            self._test = b""
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

    def heard(self, now_ms: int) -> None:
        """A valid line came from the host: its session lives."""
        self.heard_ms = now_ms
        if self.paused_s(now_ms):
            self.due_ms = 0  # the pause may end with the session now

    def pause(self, span_s: int) -> list:
        """Silence the alarms that are active for 0 to 600 s; what is new sounds all the same."""
        now_ms = self._clock.now_ms()
        if not self.alarms.highest():
            raise codes.Refused(codes.NO_ALARM, "span_s", span_s, None, "no alarm is active")
        self._journal.event(codes.EV_AUDIO_PAUSE, span_s, 0, 0, True)
        self._pause.ask(now_ms, min(span_s, LONGEST_S) * 1000)
        self.alarms.hold(now_ms, span_s * 1000)
        self.due_ms = 0
        return [("span_s", self.paused_s(now_ms))]

    def paused_s(self, now_ms: int) -> int:
        """What is left of the audio pause, rounded up; 0: none."""
        return max(-((now_ms - self._pause.ends_ms(self.heard_ms)) // 1000), 0)

    def sound_test(self) -> None:
        """Play every sound once; Refused while an alarm is active, whose sound it would hide."""
        highest = self.alarms.highest()
        if highest:
            raise codes.Refused(codes.ALARM_ACTIVE, "alarm", highest, None, "ack it first")
        self._journal.event(codes.EV_SOUND_TEST, 0, 0, 0, True)
        self._test = _SOUND_TEST

    def run(self, now_ms: int) -> None:
        """Loop part: begin the burst that is due, feed the beeper."""
        silent_ms = self._pause.ends_ms(self.heard_ms)
        if self._tune is None:
            pattern = self.alarms.burst(now_ms) if now_ms >= silent_ms else 0
            pattern = pattern or (now_ms >= self._ends_ms and self._other(now_ms))
            self._cue = 0
            if pattern:
                self._tune = tones.Tune(pattern)
                self._ends_ms = now_ms + tones.length_ms(pattern)
        if self._tune and not self._tune.feed(self._beeper):
            self._tune = None
        if self._tune or self._test:
            self.due_ms = now_ms + _FEED_MS
        else:
            self.due_ms = max(self.alarms.due_ms(now_ms), silent_ms)

    def _other(self, now_ms: int) -> int:
        """The sound that is no alarm's and waits, 0 for none."""
        if not self._cue and self._test and now_ms >= self._ends_ms + _GAP_MS:
            self._cue, self._test = self._test[0], self._test[1:]
        return self._cue
