"""The pump as a person sees it: one state machine, and every request that may change it.

Upstream: facade.py (the link) and startup.py. Downstream: delivery (pulses), accounts (what must
survive), alarms. Invariant: a refused request changes nothing; what is not in _NEXT cannot happen.
"""

from micropython import const

from picodose import codes, startup
from picodose.codes import Refused
from picodose.delivery import granter
from picodose.missed import Missed
from picodose.record.reservation import NEVER_S
from picodose.therapy.admission import Forecast, admit, check_rates
from picodose.therapy.bolus import Bolus
from picodose.therapy.prescription import parse
from picodose.therapy.schedule import Schedule
from picodose.units import mass_of_volume_ng

STOPPED = const(0)
BOLUS_ONLY = const(1)  # a single bolus from stopped; afterwards stopped again
RUNNING = const(2)
FAULT = const(3)  # latched: the motor stays off until the next power-on test

_NEXT = {
    (STOPPED, "start"): RUNNING,
    (STOPPED, "bolus"): BOLUS_ONLY,
    (BOLUS_ONLY, "end"): STOPPED,
    (BOLUS_ONLY, "stop"): STOPPED,
    (RUNNING, "stop"): STOPPED,
    (RUNNING, "fault"): FAULT,
    (BOLUS_ONLY, "fault"): FAULT,
    (STOPPED, "fault"): FAULT,
}
_HOUR_MS = const(3_600_000)
ORIGIN_HOST = const(1)
ORIGIN_SCHEDULE = const(2)


class Pump:
    """Built by assembly.py; the attributes are the parts that it wires together."""

    def __init__(self, parts, rx):
        self.parts = parts
        self.state = STOPPED
        self.rx = rx
        parts.alerts.halt = self.halt_for
        self.due_ms = 0
        self._missed = Missed(parts)
        self._asked_ms = 0  # up to here the schedule was asked for boluses

    # --- requests -------------------------------------------------------------------------------

    def start(self, resuming: bool = False) -> None:
        """Begin the stored prescription at now; resuming: whatever its caps hold already."""
        schedule = self._startable()
        if not resuming:
            self._admit(schedule, None)
        self._go(schedule)

    def stop(self, _origin: str, alarm: int = 0) -> list:
        """Halt at once, always; a bolus ends. alarm: its code, 0 when a person asks."""
        parts = self.parts
        parts.delivery.halt()
        if self.state in (RUNNING, BOLUS_ONLY):
            self._end_bolus(parts.clock.now_ms())
            self._enter("stop")
            parts.order.schedule = None
            accounts = parts.accounts
            accounts.record.stopped_s = accounts.running_ms(parts.clock.now_ms()) // 1000
            parts.journal.event(codes.EV_STOP, parts.ledger.confirmed, alarm, 0, True)
            accounts.keep_stopped()
        return [("state", self.state)]

    def load(self, raw: bytes) -> list:
        """Take a prescription: store it, or begin a single bolus; returns its summary."""
        rx = parse(raw, self.parts.limits)
        self._require_no_bolus("load")
        if rx.mode == "bolus":
            self._begin_single_bolus(rx)
        else:
            self._commit(rx)
        return [
            ("mode", rx.mode),
            ("total_24h_nl", rx.total_24h_nl()),
            ("total_24h_ng", mass_of_volume_ng(rx.total_24h_nl(), rx.conc_ug_ml)),
            ("boluses", rx.boluses_per_day()),
            ("rate_max_nl_h", rx.rate_max_nl_h()),
            ("digest", rx.digest),
        ]

    def set_clock(self, wall_s: int) -> list:
        """Set the time of day, never during a bolus: its rate was judged with the basal of the old
        one. Scheduled boluses that the change skips are journaled as missed.
        """
        self._require_no_bolus("clock")
        now_ms = self.parts.clock.now_ms()
        wall = self.parts.wall
        before_s = wall.wall_s(now_ms)
        skipped = wall.set(now_ms, wall_s)
        count = self._missed.skipped(self.rx, skipped) if skipped and self.rx else 0
        shift_s = 0 if before_s is None else wall_s - before_s
        self.parts.journal.event(codes.EV_CLOCK_SET, shift_s, count, 0, True)
        self.parts.alerts.clear(codes.AL_CLOCK_LOST)
        self._asked_ms = now_ms
        self.parts.accounts.save(now_ms)
        return [("shift_s", shift_s), ("skipped", count)]

    # --- one look at the running pump ------------------------------------------------------------

    def run(self, now_ms: int) -> None:
        """Loop part: grant what is due and watch for faults."""
        parts = self.parts
        if parts.guard.tripped and self.state != FAULT:
            self.fault(codes.AL_OVER_DELIVERY, parts.guard.tripped)
        self.due_ms = self._look(now_ms) if parts.delivery.running else now_ms + _HOUR_MS

    def _look(self, now_ms: int) -> int:
        parts = self.parts
        if parts.order.schedule and parts.dosing.free():
            self._scheduled_bolus(parts.granter.end_ms)
        due_ms = parts.delivery.run(now_ms)
        gate = parts.granter
        if gate.tripped:
            code = codes.AL_STALL if gate.tripped == granter.TRIP_TICK else codes.AL_OVER_DELIVERY
            self.fault(code, gate.tripped)
        bolus = parts.order.bolus
        if bolus and now_ms >= bolus.end_ms + granter.SEGMENT_MS:
            self._end_bolus(now_ms)
            if self.state == BOLUS_ONLY:
                parts.delivery.halt()
                self._enter("end")
                parts.accounts.keep_stopped()
        self._missed.look(now_ms)
        return due_ms if parts.delivery.running else now_ms + _HOUR_MS

    def fault(self, code: int, detail: int) -> None:
        """Something that must not happen has happened: motor off, latched, journaled, alarm."""
        parts = self.parts
        parts.delivery.halt()
        if self.state != FAULT:
            self._enter("fault")
        parts.order.schedule = parts.order.bolus = None
        parts.accounts.keep_stopped()
        parts.journal.fault(codes.EV_TRIP, parts.guard.edges, detail, code)
        parts.alerts.raise_(code, detail)

    def halt_for(self, code: int) -> None:
        """An alarm whose row says STOP: the pump halts, the reason is in the journal already."""
        self.stop("alarm", code)

    def shut_down(self, why: str) -> None:
        """On the way out of the loop: motor off first, then one line in the journal. After Ctrl-C
        it stays stopped; an exception leaves the order as it was, for the next boot.
        """
        self.parts.delivery.halt()
        if why == "ctrl-c":
            self.stop(why)
        self.parts.journal.fault(codes.EV_EXCEPTION, len(why), 0, 0)

    # --- inside ----------------------------------------------------------------------------------

    def _enter(self, event: str) -> None:
        self.state = _NEXT[(self.state, event)]

    def _require(self, state: int, code: int, hint: str) -> None:
        if self.state != state:
            raise Refused(code, "state", self.state, state, hint)

    def _require_no_bolus(self, name: str) -> None:
        if self.parts.order.bolus:
            hint = "wait for the bolus to end, or stop"
            raise Refused(codes.BUSY_BOLUS, name, None, None, hint)

    def _require_fit(self) -> None:
        blocking = self.parts.alarms.blocking()
        if blocking:
            raise Refused(codes.NOT_FIT, "alarm", blocking, None, "remove the cause, then ack")

    def _begin(self, rate_max_nl_h: int) -> None:
        self._save(self.state == RUNNING)
        self.parts.delivery.begin(self.parts.plan.tick_ms(rate_max_nl_h))
        self.due_ms = 0

    def _save(self, running: bool) -> None:
        self.parts.accounts.keep_running(running)

    def _commit(self, rx) -> None:
        parts = self.parts
        schedule = Schedule(rx)
        running = self.state == RUNNING
        if running:
            self._admit(schedule, None)
        startup.store_prescription(parts, rx)
        self.rx = rx
        parts.journal.event(codes.EV_COMMIT, rx.digest, rx.total_24h_nl(), 0, True)
        if running:
            parts.delivery.halt()
            parts.order.schedule = schedule
            self._asked_ms = parts.clock.now_ms()
            self._begin(rx.rate_max_nl_h())
            parts.granter.miss_since(self._asked_ms)

    def _begin_single_bolus(self, rx) -> None:
        parts = self.parts
        if self.state == FAULT:
            raise Refused(codes.NOT_FIT, "state", self.state, None, "switch off and on again")
        self._require_fit()
        rate_nl_h = (self.rx.rate_max_nl_h() if self.state == RUNNING else 0) + rx.rate_max_nl_h()
        gate, running = parts.granter, self.state == RUNNING
        same_tick = running and parts.plan.tick_ms(rate_nl_h) == gate.tick_ms
        start_ms = parts.granter.end_ms if same_tick else parts.clock.now_ms() + 1000
        bolus = Bolus(
            parts.accounts.next_bolus_id(), ORIGIN_HOST, rx.bolus_nl, rx.bolus_ms, start_ms
        )
        self._admit(parts.order.schedule, bolus)
        self._note_bolus(bolus)
        if same_tick:
            parts.accounts.save(parts.clock.now_ms())
            return
        if self.state == STOPPED:
            self._enter("bolus")
        parts.delivery.halt()
        halted_ms = parts.clock.now_ms()
        self._begin(rate_nl_h)
        bolus.begin_at(parts.granter.end_ms)  # writing took its time: nothing of it is lost
        parts.granter.miss_since(halted_ms)

    def _startable(self):
        """The stored prescription's schedule; Refused when not stopped, programmed and fit."""
        self._require(STOPPED, codes.NOT_STOPPED, "stop first")
        if self.rx is None:
            raise Refused(codes.NOT_PROGRAMMED, "start", None, None, "load a prescription first")
        self._require_fit()
        return Schedule(self.rx)

    def _go(self, schedule) -> None:
        self._enter("start")
        self.parts.order.schedule = schedule
        self.parts.accounts.record.stopped_s = NEVER_S
        self._asked_ms = self.parts.clock.now_ms()
        self.parts.journal.event(codes.EV_START, self.rx.digest, 0, 0, True)
        self._begin(self.rx.rate_max_nl_h())

    def _admit(self, schedule, bolus) -> None:
        """Refuse what would pass the pump's rate, or make basal refused later (LIM-2)."""
        parts = self.parts
        now_ms = max(parts.clock.now_ms(), parts.granter.end_ms if parts.delivery.running else 0)
        extra = [bolus] if bolus else []
        end_ms = bolus.end_ms if bolus else now_ms
        forecast = Forecast(schedule, parts.wall, extra, parts.plan.nl_num, parts.plan.steps_den)
        check_rates(now_ms, forecast, end_ms, parts.limits.rate_max_nl_h)
        admit(parts.caps, now_ms, forecast, end_ms)

    def _note_bolus(self, bolus) -> None:
        """Written before its first step (THER-11)."""
        parts = self.parts
        parts.journal.event(
            codes.EV_BOLUS_BEGIN, bolus.amount_nl, bolus.duration_ms, bolus.origin, True
        )
        parts.order.bolus = bolus

    def _scheduled_bolus(self, end_ms: int) -> None:
        """Begin the one that the schedule has due in the segment from end_ms on."""
        parts = self.parts
        until_ms = end_ms + granter.SEGMENT_MS
        bolus = parts.order.bolus
        if bolus and end_ms < bolus.end_ms:
            until_ms = min(until_ms, bolus.end_ms)  # what comes after it is asked for after it
        due = parts.order.schedule.bolus_due(self._asked_ms, until_ms, parts.wall)
        self._asked_ms = due[0] + 1 if due else until_ms
        if due:
            self._begin_scheduled_bolus(due, end_ms)

    def _begin_scheduled_bolus(self, due: tuple, end_ms: int) -> None:
        """due: (start_ms, amount_nl, duration_ms, step), not before end_ms, where what is granted
        ends. One that meets a running bolus, or is over by then, is missed.
        """
        parts, start_ms = self.parts, max(due[0], end_ms)
        left_ms = max(due[0] + due[2] - start_ms, 0)  # begun late, it ends in time, with less
        amount_nl = due[1] * left_ms // due[2]
        if (parts.order.bolus and end_ms < parts.order.bolus.end_ms) or not amount_nl:
            self._missed.bolus(parts.wall.day_ms(due[0]), due[1], due[3])
            return
        self._end_bolus(end_ms)  # the one before, granted to its end
        bolus_id = parts.accounts.next_bolus_id()
        self._note_bolus(Bolus(bolus_id, ORIGIN_SCHEDULE, amount_nl, left_ms, start_ms))
        parts.granter.missed_units += (due[1] - amount_nl) * _HOUR_MS  # nL*ms/h
        parts.accounts.save(parts.clock.now_ms())  # no reset gives it a second time

    def _end_bolus(self, at_ms: int) -> None:
        parts = self.parts
        bolus = parts.order.bolus
        if bolus:
            rest_nl = bolus.remaining_nl(at_ms)
            parts.order.bolus = None
            parts.journal.event(
                codes.EV_BOLUS_END, bolus.amount_nl - rest_nl, rest_nl, bolus.origin, True
            )
