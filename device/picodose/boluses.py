"""Begin and end of every bolus: a clinician's, the patient's, and those that the schedule has due.

Upstream: pump.py looks once a segment, facade.py hands over requests. Downstream: the order, the
record, the journal. Invariant: a bolus is in the record and in the journal before its first step
(THER-11), and at most one runs at a time.
"""

from micropython import const

from picodose import codes
from picodose.codes import Refused
from picodose.delivery.granter import SEGMENT_MS
from picodose.states import RUNNING, STOPPED
from picodose.therapy import fluids, patient
from picodose.therapy.bolus import Bolus
from picodose.therapy.change import named
from picodose.therapy.ranges import check_bolus
from picodose.therapy.weekcurve import own_rate_nl_h

_UNITS_PER_NL = const(3_600_000)
ORIGIN_HOST = const(1)
ORIGIN_SCHEDULE = const(2)
ORIGIN_BUTTON = const(3)
ORIGIN_PATIENT = const(4)  # over the link
ORIGIN_PRIME = const(8)  # from here on: runs, no therapy
ORIGIN_CALIBRATION = const(9)


class Boluses:
    """parts: the wired pump; pump: the state machine."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump
        self._asked_ms = 0  # up to here the schedule was asked for boluses

    def after_reset(self) -> None:
        """At boot: tell of a bolus that the reset cut; after lost time lockout starts anew."""
        parts = self._parts
        record = parts.accounts.record
        if record.bolus_nl:
            left_nl, mark = record.bolus_left_nl, mark_of(record.bolus_id, record.bolus_origin)
            parts.journal.event(codes.EV_BOLUS_CUT, record.bolus_nl - left_nl, left_nl, mark, True)
        running_ms = parts.accounts.running_ms(parts.clock.now_ms())
        allowed = self._pump.rx.patient if self._pump.rx else None
        if parts.boot.reason == "power" and patient.lockout_ms(
            allowed, record.lockout_s, running_ms
        ):
            record.lockout_s = -(-running_ms // 1000)

    def ask_from(self, now_ms: int) -> None:
        """A schedule begins, or the clock was set: nothing before now falls due."""
        self._asked_ms = now_ms

    def begin_single(self, amount_nl: int, duration_ms: int, override: "str | None") -> list:
        """A clinician's bolus on top of what runs, or from stopped; override: the fluid's soft
        limit that it passes, if any. Raises Refused.
        """
        pump = self._pump
        pump.require("bolus")
        check_bolus("bolus", amount_nl, duration_ms, self._parts.limits)
        needs = ()
        if pump.rx:
            row = fluids.find(pump.rx.fluid)
            needs = fluids.check_bolus(amount_nl, pump.rx.conc_ug_ml, row)
        mask = named(override or "", needs)
        rate_nl_h = own_rate_nl_h(amount_nl, duration_ms)
        if pump.state == RUNNING:
            rate_nl_h += pump.rx.rate_max_nl_h()
        done = self._give(ORIGIN_HOST, amount_nl, duration_ms, rate_nl_h)
        if mask:
            self._parts.journal.event(codes.EV_OVERRIDE, mask, amount_nl, 0, True)
        return done

    def begin_patient(self, origin: int) -> list:
        """The patient's bolus, as the prescription in force has it; raises Refused."""
        pump, accounts = self._pump, self._parts.accounts
        pump.require("patient_bolus")
        record, now_ms = accounts.record, self._parts.clock.now_ms()
        allowed = pump.rx.patient
        patient.check(allowed, record.lockout_s, record.patient_s, accounts.running_ms(now_ms))
        if self._parts.alarms.is_active(codes.AL_BUTTON_STUCK):
            raise Refused(codes.BUTTON_STUCK, "button", None, None, "free the button")
        return self._give(origin, allowed[0], allowed[1], pump.rx.rate_max_nl_h())

    def cancel(self) -> list:
        """End the running bolus alone: basal goes on, from stopped it is stopped again."""
        parts, pump = self._parts, self._pump
        bolus = parts.order.bolus
        if not bolus:
            raise Refused(codes.NO_BOLUS, "cancel", None, None, "no bolus runs")
        pump.require("cancel")
        parts.delivery.halt()
        halted_ms = parts.clock.now_ms()
        self.end(halted_ms)
        if pump.state == RUNNING:
            pump.begin(pump.rx.rate_max_nl_h())
            parts.granter.miss_since(halted_ms)
        else:
            pump.end_run()
        return [("bolus", bolus.id), ("left_nl", bolus.remaining_nl(halted_ms))]

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
        if self._pump.state == RUNNING:
            self._parts.accounts.save(now_ms)  # no reset cuts it now
        return True

    def end(self, at_ms: int) -> None:
        """The running bolus, if any, is over; what is left of it will not be delivered."""
        parts = self._parts
        bolus = parts.order.bolus
        if bolus:
            rest_nl = bolus.remaining_nl(at_ms)
            parts.order.bolus = None
            mark = mark_of(bolus.id, bolus.origin)
            given_nl = bolus.amount_nl - rest_nl
            event = codes.EV_BOLUS_END if bolus.origin < ORIGIN_PRIME else codes.EV_RUN_END
            parts.journal.event(event, given_nl, rest_nl, mark, True)

    def _give(self, origin: int, amount_nl: int, duration_ms: int, rate_nl_h: int) -> list:
        """Begin it now, by the tick for rate_nl_h, the highest sum of basal and this bolus."""
        parts, pump, gate = self._parts, self._pump, self._parts.granter
        pump.require_fit()
        same_tick = pump.state == RUNNING and parts.plan.tick_ms(rate_nl_h) == gate.tick_ms
        start_ms = gate.end_ms if same_tick else parts.clock.now_ms() + 1000
        bolus = Bolus(0, origin, amount_nl, duration_ms, start_ms)
        pump.admit(parts.order.schedule, bolus)
        if not self._note(bolus):
            raise Refused(codes.MEMORY_BAD, "bolus", None, None, "flash does not hold it")
        if not same_tick:
            if pump.state == STOPPED:
                pump.enter("bolus")
            parts.delivery.halt()
            halted_ms = parts.clock.now_ms()
            pump.begin(rate_nl_h)
            bolus.begin_at(gate.end_ms)  # writing took its time: nothing of it is lost
            gate.miss_since(halted_ms)
        return [("bolus", bolus.id), ("bolus_nl", amount_nl), ("bolus_ms", duration_ms)]

    def _begin_scheduled(self, due: tuple, end_ms: int) -> None:
        """due: (start_ms, amount_nl, duration_ms, step), not before end_ms, where what is granted
        ends. One that meets a running bolus or a bridge, or is over by then, is missed.
        """
        parts, start_ms = self._parts, max(due[0], end_ms)
        left_ms = max(due[0] + due[2] - start_ms, 0)  # begun late, it ends in time, with less
        amount_nl = due[1] * left_ms // due[2]
        busy = parts.bridge.old or parts.order.bolus and end_ms < parts.order.bolus.end_ms
        if amount_nl and not busy:
            self.end(end_ms)  # the one before, granted to its end
            if self._note(Bolus(0, ORIGIN_SCHEDULE, amount_nl, left_ms, start_ms)):
                parts.granter.missed_units += (due[1] - amount_nl) * _UNITS_PER_NL
                return
        self._pump.missed.bolus(parts.wall.day_ms(due[0]), due[1], due[3])

    def _note(self, bolus) -> bool:
        """Into the record, so that no reset gives it a second time, then into the journal; True
        when flash holds it. Its first step comes later (THER-11).
        """
        parts, record = self._parts, self._parts.accounts.record
        bolus.id = parts.accounts.next_bolus_id()
        start_s = -(-parts.accounts.running_ms(bolus.start_ms) // 1000)
        if bolus.origin == ORIGIN_SCHEDULE:
            record.periodic_s = start_s
        elif bolus.origin in (ORIGIN_BUTTON, ORIGIN_PATIENT):
            record.lockout_s = start_s
            record.patient_s = [start_s] + record.patient_s[:-1]
        parts.order.bolus = bolus
        if not parts.accounts.save(parts.clock.now_ms()):
            parts.order.bolus = None
            return False
        mark = mark_of(bolus.id, bolus.origin)
        parts.journal.event(codes.EV_BOLUS_BEGIN, bolus.amount_nl, bolus.duration_ms, mark, True)
        return True


def mark_of(bolus_id: int, origin: int) -> int:
    """The journal's 16 bits: id modulo 4096, origin."""
    return (bolus_id & 0xFFF) << 4 | origin
