"""Watches that what was ordered is delivered, as far as the board can see it (DEL-5).

Upstream: ledger, granter, index and pressure sensors (either may be absent: then no such alarm).
Downstream: alerts, journal. Limits are in safety/flow.py and the profile.
"""

from micropython import const

from picodose import codes
from picodose.safety.flow import Leak, Rotor, Under
from picodose.states import CALIBRATING, PRIMING

_UNDER_MS = const(10_000)


class FlowWatch:
    """parts: the wired pump; pump: the state machine; adc: of the pressure sensor or None."""

    def __init__(self, parts, pump, adc):
        self._parts = parts
        self._pump = pump
        self._adc = adc
        self.due_ms = 0
        total = parts.ledger.confirmed
        self._under = Under(parts.clock.now_ms(), total)
        self._late = 0
        self._late_units = 0
        self._under_ms = 0
        self._rotor = self._leak = None
        self._still = False
        profile = parts.profile
        if parts.index:
            self._rotor = Rotor(profile.STEPS_PER_INDEX, total, parts.index.low16_isr())
        if adc:
            self._leak = Leak(profile.LEAK_PA, 0, total)

    def run(self, now_ms: int) -> None:
        """Loop part: one round of checks."""
        self._parts.ledger.collect()
        running = self._parts.delivery.running
        if now_ms >= self._under_ms:
            self._check_under(now_ms)
            self._under_ms = now_ms + _UNDER_MS
        if self._rotor:
            self._check_rotor(self._rotor, running)
        if self._leak:
            self._check_line(self._leak, self._pressure_pa())
        self.due_ms = now_ms + self._parts.profile.FLOW_MS

    def _check_under(self, now_ms: int) -> None:
        parts = self._parts
        ledger = parts.ledger
        units = parts.granter.missed_units
        gap = parts.plan.whole_steps(units - self._late_units)
        if gap:  # less than a step waits
            self._late += gap
            self._late_units = units
        late = self._late + ledger.missed_stall
        over = ledger.taken_back + late
        short = self._under.judge(now_ms, ledger.granted + over, ledger.confirmed + over, late)
        if short > 0:
            parts.alerts.raise_(codes.AL_UNDER_DELIVERY, short)
        elif short == 0:
            parts.alerts.clear(codes.AL_UNDER_DELIVERY)

    def _check_rotor(self, rotor, running: bool) -> None:
        parts = self._parts
        confirmed, marks = parts.ledger.confirmed, parts.index.low16_isr()
        if not running:
            rotor.rest(confirmed, marks)
            return
        steps = confirmed - rotor.mark_at
        verdict = rotor.judge(confirmed, marks)
        if verdict < 0:
            self._pump.fault(codes.AL_OVER_DELIVERY, steps)
        elif verdict:
            parts.alerts.raise_(codes.AL_ROTOR, steps)
            self._still = True
        elif self._still:  # it turns again, by itself: what was pumped meanwhile is missed
            self._still = False
            parts.alerts.clear(codes.AL_ROTOR)
            parts.journal.event(codes.EV_MISSED, parts.plan.nl(steps), codes.AL_ROTOR, 0, True)

    def _check_line(self, leak, pressure_pa: int) -> None:
        profile, alerts = self._parts.profile, self._parts.alerts
        confirmed = self._parts.ledger.confirmed
        leak.most_steps = self._parts.plan.steps_for_nl(profile.LEAK_NL)  # in the ratio in force
        if pressure_pa > profile.OCCLUSION_PA:
            alerts.raise_(codes.AL_OCCLUSION, pressure_pa)
        elif pressure_pa < profile.RELEASE_PA:
            alerts.clear(codes.AL_OCCLUSION)
        if self._pump.state in (PRIMING, CALIBRATING):
            leak.rest(confirmed)
        elif leak.judge(pressure_pa, confirmed):
            alerts.raise_(codes.AL_LEAK, pressure_pa)

    def _pressure_pa(self) -> int:
        profile = self._parts.profile
        total, count, _low, _high = self._adc.read()
        signal_uv = total * profile.BATTERY_VREF_MV * 1000 // (65535 * count)
        return (signal_uv - profile.PRESSURE_ZERO_UV) * 1000 // profile.PRESSURE_UV_PER_KPA
