"""The pump as a person sees it: the one state machine that starts, looks, stops and trips.

Upstream: facade.py (the link), startup.py, boluses.py and programming.py. Downstream: delivery
(pulses), accounts (what must survive), alarms. Invariant: a refused request changes nothing; what
is not in states.NEXT cannot happen.
"""

from micropython import const

from picodose import codes, states
from picodose.boluses import Boluses
from picodose.codes import Refused
from picodose.decommission import Decommission
from picodose.delivery import granter
from picodose.missed import Missed
from picodose.programming import Programming
from picodose.record.reservation import NEVER_S
from picodose.refills import Refills
from picodose.runs import Runs
from picodose.safety.cycles import Cycles
from picodose.states import BOLUS_ONLY, CALIBRATING, FAULT, PRIMING, RUNNING, STOPPED
from picodose.therapy.admission import Forecast, admit, check_rates
from picodose.therapy.schedule import Schedule
from picodose.trial import Trial

_HOUR_MS = const(3_600_000)


class Pump:
    """Built by assembly.py; `parts` are what it wires together, `rx` is the prescription in force
    (None: none yet).
    """

    def __init__(self, parts, rx):
        self.parts = parts
        self.state = STOPPED
        self.rx = rx
        self.missed = Missed(parts)
        self.boluses = Boluses(parts, self)
        self.programming = Programming(parts, self)
        self.runs = Runs(parts, self)
        self.trial = Trial(parts, self)
        self.ended = Decommission(parts, self)
        self._cycles = Cycles()
        self.refills = Refills(parts, self)
        parts.alerts.halt = self.halt_for
        self.due_ms = 0

    # --- requests -------------------------------------------------------------------------------

    def start(self, resuming: bool = False) -> None:
        """Begin the stored prescription at now; resuming: whatever its caps hold already."""
        self.require("start")
        if self.rx is None:
            raise Refused(codes.NOT_PROGRAMMED, "start", None, None, "load a prescription first")
        self.require_fit()
        self.trial.permit(self.rx, self.parts.accounts.record.trial_s)
        self.refills.require_fit(self.rx)
        self.parts.bridge.judge(self.rx, self.rx)
        schedule = self.schedule(self.rx)
        if not resuming:
            self.admit(schedule, None)
        self.enter("start")
        self.parts.accounts.record.stopped_s = NEVER_S
        self.parts.journal.event(codes.EV_START, self.rx.digest, 0, 0, True)
        self.follow(schedule)

    def stop(self, _origin: str, alarm: int = 0) -> list:
        """Halt at once, always; a bolus ends, what is staged is forgotten. alarm: its code, 0 when
        a person asks.
        """
        parts = self.parts
        parts.delivery.halt()
        self.programming.discard()
        if (self.state, "stop") in states.NEXT:
            self._close("stop")
            accounts = parts.accounts
            accounts.record.stopped_s = accounts.running_ms(parts.clock.now_ms()) // 1000
            parts.journal.event(codes.EV_STOP, parts.ledger.confirmed, alarm, 0, True)
            accounts.keep_stopped()
        return [("state", self.state)]

    def set_clock(self, wall_s: int) -> list:
        """Set the time of day, never during a bolus: its rate was judged with the basal of the old
        one. Scheduled boluses that the change skips are journaled as missed.
        """
        self.require("clock")
        now_ms = self.parts.clock.now_ms()
        wall = self.parts.wall
        before_s = wall.wall_s(now_ms)
        skipped = wall.set(now_ms, wall_s)
        count = self.missed.skipped(self.rx, skipped) if skipped and self.rx else 0
        shift_s = 0 if before_s is None else wall_s - before_s
        self.parts.journal.event(codes.EV_CLOCK_SET, shift_s, count, 0, True)
        self.parts.alerts.clear(codes.AL_CLOCK_LOST)
        self.boluses.ask_from(now_ms)
        self.trial.look()
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
            self.boluses.look(parts.granter.end_ms)
        due_ms = parts.delivery.run(now_ms)
        gate = parts.granter
        if gate.tripped:
            dead = gate.tripped in (granter.TRIP_TICK, granter.TRIP_REPORT)
            code = codes.AL_STALL if dead else codes.AL_OVER_DELIVERY
            self.fault(code, gate.tripped)
        self.runs.look(now_ms)
        if self.boluses.over(now_ms) and self.state in (BOLUS_ONLY, PRIMING, CALIBRATING):
            self.end_run()
        self.missed.look(now_ms)
        return due_ms if parts.delivery.running else now_ms + _HOUR_MS

    def fault(self, code: int, detail: int) -> None:
        """Something that must not happen has happened: motor off, latched, journaled, alarm."""
        parts = self.parts
        parts.delivery.halt()
        if self.state != FAULT:
            self._close("fault")
        parts.accounts.keep_stopped()
        parts.journal.fault(codes.EV_TRIP, parts.guard.edges, detail, code)
        parts.alerts.raise_(code, detail)

    def halt_for(self, code: int) -> None:
        """An alarm whose row says STOP: the pump halts, the reason is in the journal already. The
        third time in 10 min it is locked out (ALM-4).
        """
        ran = (self.state, "stop") in states.NEXT
        self.stop("alarm", code)
        if ran and self._cycles.stopped_by(code, self.parts.clock.now_ms()):
            self.parts.alerts.raise_(codes.AL_CYCLES, code)

    def shut_down(self, why: str) -> None:
        """On the way out of the loop: motor off first, then one line in the journal. After Ctrl-C
        it stays stopped; an exception leaves the order as it was, for the next boot.
        """
        self.parts.delivery.halt()
        if why == "ctrl-c":
            self.stop(why)
        self.parts.journal.fault(codes.EV_EXCEPTION, len(why), 0, 0)

    # --- for the rooms of the pump ---------------------------------------------------------------

    def enter(self, event: str) -> None:
        """Take the way that the table has for this event."""
        if self.state in (PRIMING, CALIBRATING):
            self.runs.leave()
        self.state = states.NEXT[(self.state, event)]

    def require(self, request: str) -> None:
        """Raise Refused unless the table, and the build, allow the request now."""
        if self.parts.profile.FIXED_RATE_NL_H and request in states.PROGRAMS:
            raise Refused(codes.FIXED_RATE, request, None, None, "this pump has one rate")
        parts = self.parts
        states.require(self.state, request, bool(parts.order.bolus), parts.bridge.old > 0)

    def require_fit(self) -> None:
        """Raise Refused (NOT_FIT) while an alarm is active whose row says STOP."""
        blocking = self.parts.alarms.blocking()
        if blocking:
            raise Refused(codes.NOT_FIT, "alarm", blocking, None, "remove the cause, then ack")

    def admit(self, schedule, bolus) -> None:
        """Refuse what would pass the pump's rate, or make basal refused later (LIM-2)."""
        parts = self.parts
        now_ms = max(parts.clock.now_ms(), parts.granter.end_ms if parts.delivery.running else 0)
        extra = [bolus] if bolus else []
        end_ms = bolus.end_ms if bolus else now_ms
        forecast = Forecast(schedule, parts.wall, extra, parts.plan.nl_num, parts.plan.steps_den)
        forecast.share = parts.bridge.share()
        check_rates(now_ms, forecast, end_ms, parts.limits.rate_max_nl_h)
        admit(parts.caps, now_ms, forecast, end_ms)

    def schedule(self, rx) -> Schedule:
        """A schedule from now on; its periodic boluses keep their distance from the last one."""
        accounts = self.parts.accounts
        first_ms = self.parts.clock.now_ms()
        last_s = accounts.record.periodic_s
        if rx.periodic and last_s != NEVER_S:
            last_ms = last_s * 1000 - accounts.running_ms(0)
            first_ms = max(first_ms, last_ms + rx.periodic[2])
        return Schedule(rx, first_ms)

    def follow(self, schedule) -> None:
        """Deliver this schedule of the prescription in force from now on."""
        self.parts.order.schedule = schedule
        self.boluses.ask_from(self.parts.clock.now_ms())
        self.trial.begin()
        rate_nl_h = self.rx.rate_max_nl_h()
        self.begin(max(rate_nl_h, self.parts.bridge.rate_nl_h(rate_nl_h)))
        schedule.next_ms = max(schedule.next_ms, self.parts.granter.end_ms)

    def begin(self, rate_max_nl_h: int) -> None:
        """Write whether therapy resumes after a reset, then arm the motor for this rate."""
        self.parts.accounts.keep_running(self.state == RUNNING)
        self.parts.delivery.begin(self.parts.plan.tick_ms(rate_max_nl_h))
        self.due_ms = 0

    def end_run(self) -> None:
        """What was begun from stopped is done: stopped again."""
        self.parts.delivery.halt()
        self._close("end")
        self.parts.accounts.keep_stopped()

    def _close(self, event: str) -> None:
        """The motor has been halted: the books of the run are closed."""
        now_ms = self.parts.clock.now_ms()
        self.boluses.end(now_ms)
        self.missed.look(now_ms, True)
        self.enter(event)
        self.parts.order.schedule = None
