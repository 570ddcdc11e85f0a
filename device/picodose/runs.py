"""Prime and calibration runs: a stated amount at a stated rate, from stopped, and stopped again.

Upstream: facade.py. Downstream: the order, under a cap and a guard bucket of their own, for none
of it is therapy (design 5.2). Invariant: a run's whole amount is reserved before its first step.
"""

from micropython import const

from picodose import codes, startup
from picodose.boluses import ORIGIN_CALIBRATION, ORIGIN_PRIME, mark_of
from picodose.codes import Refused
from picodose.record import reservation
from picodose.states import CALIBRATING, PRIMING
from picodose.therapy.bolus import Bolus
from picodose.units import DAY_MS, UNITS_PER_NL

_SILENCE_MS = const(2000)  # without a valid line a prime ends (THER-4)
_PRIME_NUM = const(11)  # at most the path and a tenth
_PRIME_DEN = const(10)


class RunCap:
    """What one run may deliver; the same questions as therapy's caps answer (therapy/caps.py)."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def room(self, _start_ms: int) -> int:
        """Steps that may still be granted."""
        return self._left

    def grant(self, steps: int, _end_ms: int) -> None:
        """Book granted steps."""
        self._left -= steps


class Runs:
    """parts: the wired pump; pump: the state machine."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump

    def prime(self, amount_nl: int) -> list:
        """Fill the path with amount_nl, at most twice in 24 h of running time (THER-4)."""
        parts = self._parts
        profile = parts.profile
        most_nl = profile.PATH_NL * _PRIME_NUM // _PRIME_DEN
        rate_nl_h = profile.PRIME_RATE_NL_H
        return self._run(PRIMING, amount_nl, most_nl, rate_nl_h)

    def calibrate(self, amount_nl: int, rate_nl_h: int) -> list:
        """Deliver amount_nl by the ratio in force, to be weighed (DEL-4)."""
        profile = self._parts.profile
        if not profile.RATE_MIN_NL_H <= rate_nl_h <= profile.PRIME_RATE_NL_H:
            raise Refused(codes.RX_RATE_HIGH, "rate_nl_h", rate_nl_h, profile.PRIME_RATE_NL_H)
        most_nl = profile.CALIBRATION_MAX_NL
        return self._run(CALIBRATING, amount_nl, most_nl, rate_nl_h)

    def look(self, now_ms: int) -> None:
        """Stop a prime whose host has fallen silent."""
        pump = self._pump
        if pump.state == PRIMING and now_ms - self._parts.alerts.heard_ms > _SILENCE_MS:
            pump.stop("silence")

    def leave(self) -> None:
        """The motor is off and the run over: therapy's cap and bucket count again."""
        parts = self._parts
        parts.granter.deliver_under(parts.caps, parts.profile.RATE_MAX_NL_H)
        parts.plan.clear()  # what is left below a step was no therapy
        parts.guard.close_run()

    def _run(self, state: int, amount_nl: int, most_nl: int, rate_nl_h: int) -> list:
        parts, pump = self._parts, self._pump
        event = "prime" if state == PRIMING else "calibrate"
        pump.require(event)
        pump.require_fit()
        steps = parts.plan.steps_for_nl(amount_nl)
        if not 0 < amount_nl <= most_nl or not steps:
            raise Refused(codes.RUN_AMOUNT, "amount_nl", amount_nl, most_nl, "change the amount")
        flag = reservation.PRIMING if state == PRIMING else reservation.CALIBRATING
        self._write_start(flag == reservation.PRIMING)
        if not parts.accounts.reserve_run(flag, steps):
            raise Refused(codes.MEMORY_BAD, event, None, None, "replace the board")
        pump.enter(event)
        self._begin(steps, amount_nl, rate_nl_h, flag)
        return [("steps", steps), ("duration_ms", amount_nl * UNITS_PER_NL // rate_nl_h)]

    def _write_start(self, primed: bool) -> None:
        """Refuse where the oldest of the starts kept lies within the last 24 h of running time."""
        parts = self._parts
        fill = parts.settings.fill
        running_s = parts.accounts.running_ms(parts.clock.now_ms()) // 1000
        starts_s = fill.prime_s if primed else fill.calibration_s
        oldest_s = starts_s[-1]
        if oldest_s and running_s - oldest_s < DAY_MS // 1000:
            wait_s = DAY_MS // 1000 - (running_s - oldest_s)
            raise Refused(codes.RUN_OFTEN, "runs", len(starts_s), wait_s, "wait")
        startup.keep_settings(
            parts, parts.settings.changed(fill=fill.after_run(primed, running_s))
        )

    def _begin(self, steps: int, amount_nl: int, rate_nl_h: int, flag: int) -> None:
        parts = self._parts
        origin = ORIGIN_PRIME if flag == reservation.PRIMING else ORIGIN_CALIBRATION
        parts.plan.clear()
        parts.granter.deliver_under(RunCap(steps), rate_nl_h)
        parts.guard.open_run(startup.guard_steps(parts, parts.profile.GUARD_RUN_STEPS))
        duration_ms = max(amount_nl * UNITS_PER_NL // rate_nl_h, 1)
        run_id = parts.accounts.next_bolus_id()
        mark = mark_of(run_id, origin)
        parts.journal.event(codes.EV_RUN_BEGIN, amount_nl, duration_ms, mark, True)
        start_ms = parts.delivery.begin(parts.plan.tick_ms(rate_nl_h))
        parts.order.bolus = Bolus(run_id, origin, amount_nl, duration_ms, start_ms)
        self._pump.due_ms = 0
