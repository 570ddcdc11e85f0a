"""Begin and end of every bolus, and of those that the schedule has due.

Upstream: pump.py looks once a segment, programming.py hands over a clinician's bolus. Downstream:
the order, the journal. Invariant: a bolus is in the journal before its first step (THER-11), and
at most one runs at a time.
"""

from micropython import const

from picodose import codes
from picodose.delivery.granter import SEGMENT_MS
from picodose.states import RUNNING, STOPPED
from picodose.therapy.bolus import Bolus
from picodose.therapy.ranges import check_bolus

_UNITS_PER_NL = const(3_600_000)
ORIGIN_HOST = const(1)
ORIGIN_SCHEDULE = const(2)
ORIGIN_PRIME = const(8)  # from here on: runs, no therapy
ORIGIN_CALIBRATION = const(9)


class Boluses:
    """parts: the wired pump; pump: the state machine."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump
        self._asked_ms = 0  # up to here the schedule was asked for boluses

    def ask_from(self, now_ms: int) -> None:
        """A schedule begins, or the clock was set: nothing before now falls due."""
        self._asked_ms = now_ms

    def begin_single(self, amount_nl: int, duration_ms: int) -> list:
        """A clinician's bolus on top of what runs, or from stopped; raises Refused."""
        parts, pump = self._parts, self._pump
        check_bolus("bolus", amount_nl, duration_ms, parts.limits)
        pump.require("bolus")
        pump.require_fit()
        gate, running = parts.granter, pump.state == RUNNING
        rate_nl_h = -(-amount_nl * _UNITS_PER_NL // duration_ms)
        if running:
            rate_nl_h += pump.rx.rate_max_nl_h()
        same_tick = running and parts.plan.tick_ms(rate_nl_h) == gate.tick_ms
        start_ms = gate.end_ms if same_tick else parts.clock.now_ms() + 1000
        bolus_id = parts.accounts.next_bolus_id()
        bolus = Bolus(bolus_id, ORIGIN_HOST, amount_nl, duration_ms, start_ms)
        pump.admit(parts.order.schedule, bolus)
        self._note(bolus)
        if same_tick:
            parts.accounts.save(parts.clock.now_ms())
            return [("bolus", bolus_id)]
        if pump.state == STOPPED:
            pump.enter("bolus")
        parts.delivery.halt()
        halted_ms = parts.clock.now_ms()
        pump.begin(rate_nl_h)
        bolus.begin_at(gate.end_ms)  # writing took its time: nothing of it is lost
        gate.miss_since(halted_ms)
        return [("bolus", bolus_id)]

    def look(self, end_ms: int) -> None:
        """Begin the one that the schedule has due in the segment from end_ms on."""
        parts = self._parts
        until_ms = end_ms + SEGMENT_MS
        bolus = parts.order.bolus
        if bolus and end_ms < bolus.end_ms:
            until_ms = min(until_ms, bolus.end_ms)  # what comes after it is asked for after it
        due = parts.order.schedule.bolus_due(self._asked_ms, until_ms, parts.wall)
        self._asked_ms = due[0] + 1 if due else until_ms
        if due:
            self._begin_scheduled(due, end_ms)

    def over(self, now_ms: int) -> bool:
        """True once, when the last step of the running bolus is surely out."""
        bolus = self._parts.order.bolus
        if not bolus or now_ms < bolus.end_ms + SEGMENT_MS:
            return False
        self.end(now_ms)
        return True

    def end(self, at_ms: int) -> None:
        """The running bolus, if any, is over; what is left of it will not be delivered."""
        parts = self._parts
        bolus = parts.order.bolus
        if bolus:
            rest_nl = bolus.remaining_nl(at_ms)
            parts.order.bolus = None
            event = codes.EV_BOLUS_END if bolus.origin < ORIGIN_PRIME else codes.EV_RUN_END
            parts.journal.event(event, bolus.amount_nl - rest_nl, rest_nl, bolus.origin, True)

    def _begin_scheduled(self, due: tuple, end_ms: int) -> None:
        """due: (start_ms, amount_nl, duration_ms, step), not before end_ms, where what is granted
        ends. One that meets a running bolus, or is over by then, is missed.
        """
        parts, start_ms = self._parts, max(due[0], end_ms)
        left_ms = max(due[0] + due[2] - start_ms, 0)  # begun late, it ends in time, with less
        amount_nl = due[1] * left_ms // due[2]
        if (parts.order.bolus and end_ms < parts.order.bolus.end_ms) or not amount_nl:
            self._pump.missed.bolus(parts.wall.day_ms(due[0]), due[1], due[3])
            return
        self.end(end_ms)  # the one before, granted to its end
        bolus_id = parts.accounts.next_bolus_id()
        self._note(Bolus(bolus_id, ORIGIN_SCHEDULE, amount_nl, left_ms, start_ms))
        parts.granter.missed_units += (due[1] - amount_nl) * _UNITS_PER_NL
        parts.accounts.save(parts.clock.now_ms())  # no reset gives it a second time

    def _note(self, bolus) -> None:
        """Written before its first step (THER-11)."""
        parts = self._parts
        parts.journal.event(
            codes.EV_BOLUS_BEGIN, bolus.amount_nl, bolus.duration_ms, bolus.origin, True
        )
        parts.order.bolus = bolus
