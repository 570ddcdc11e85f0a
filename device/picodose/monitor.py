"""Slow checks: battery (once a minute), reservoir, reminders, the hourly journal line. Every 10 s,
not with the dosing.

Upstream: battery ADC, accounts. Downstream: alerts. Policy is in safety/ and therapy/; here it is
only asked.
"""

from micropython import const

from picodose import codes
from picodose.record.fill import UNEXPLAINED
from picodose.record.reservation import NEVER_S
from picodose.record.settings import UNKNOWN_S
from picodose.safety.battery import GOOD
from picodose.states import RUNNING, STOPPED
from picodose.therapy import reservoir as tiers

_PERIOD_MS = const(10_000)
_BATTERY_MS = const(60_000)
_HOUR_MS = const(3_600_000)
_DAY_S = const(86400)
_REMIND_S = const(900)
_ALARM_S = const(48 * 3600)
_TIER_ALARMS = (codes.AL_REPLACE_SOON, codes.AL_LOW_BATTERY, codes.AL_END_OF_SERVICE)


class Monitor:
    """parts: the wired pump; pump: the state machine; adc: hal/adc.Adc."""

    def __init__(self, parts, pump, adc):
        self._parts = parts
        self._pump = pump
        self._adc = adc
        self._tier = GOOD  # as journaled; the self-test may have latched a worse one
        self._battery_ms = 0
        self._hour_ms = _HOUR_MS
        self._hour_steps = parts.ledger.confirmed
        self.due_ms = 0

    def run(self, now_ms: int) -> None:
        """Loop part: one round of slow checks."""
        if now_ms >= self._battery_ms:
            self._check_battery(now_ms)
            self._check_temperature()
            self._battery_ms = now_ms + _BATTERY_MS
        self._check_reservoir()
        self._check_caps(now_ms)
        self._check_stopped(now_ms)
        self._check_dates(now_ms)
        self._parts.heap_free = self._parts.free_bytes()  # here, where nobody waits for it
        if self._parts.journal.failed or self._parts.accounts.failed:
            self._parts.alerts.raise_(codes.AL_MEMORY)
        if now_ms >= self._hour_ms:
            self._note_hour()
        self.due_ms = now_ms + _PERIOD_MS

    def _check_battery(self, now_ms: int) -> None:
        """A tier is journaled, and saved with its countdown, when it is left for a worse one and
        once after every boot.
        """
        parts = self._parts
        battery = parts.battery
        running_ms = parts.accounts.running_ms(now_ms)
        tier = battery.sample(*self._adc.read(), parts.delivery.running, running_ms)
        if tier > self._tier:
            parts.accounts.begin_countdown(now_ms)
            load_mv, idle_mv = battery.load_mv, battery.idle_mv
            parts.journal.event(codes.EV_BATTERY_TIER, tier, load_mv, idle_mv, True)
            parts.accounts.save(now_ms)
        self._tier = tier
        for row in range(tier):
            parts.alerts.raise_(_TIER_ALARMS[row])
        if parts.accounts.battery_days(now_ms) == 0:
            parts.alerts.raise_(codes.AL_END_OF_SERVICE)
        if battery.fault:
            parts.alerts.raise_(codes.AL_BATTERY_FAULT, battery.fault)
        else:
            parts.alerts.clear(codes.AL_BATTERY_FAULT)

    def _check_temperature(self) -> None:
        parts = self._parts
        if parts.temperature.sample(*parts.chip_adc.read()):
            parts.alerts.raise_(codes.AL_TEMPERATURE, parts.temperature.now_dc)
        else:
            parts.alerts.clear(codes.AL_TEMPERATURE)

    def _check_reservoir(self) -> None:
        parts = self._parts
        if parts.settings.fill.state == UNEXPLAINED:
            parts.alerts.raise_(codes.AL_REFILL_MISMATCH)
        tier = parts.reservoir.tier(parts.accounts.reservoir_counted_nl())
        if tier == tiers.EMPTY:
            parts.alerts.raise_(codes.AL_EMPTY)
        elif tier == tiers.LOW:
            parts.alerts.raise_(codes.AL_LOW_RESERVOIR)

    def _check_caps(self, now_ms: int) -> None:
        """The cap is no longer reached once a twentieth of the smallest one is free again."""
        caps = self._parts.caps
        if caps.room(now_ms) > min([window.cap_steps for window in caps.windows]) // 20:
            self._parts.alerts.clear(codes.AL_CAP_REACHED)

    def _check_stopped(self, now_ms: int) -> None:
        accounts, alerts = self._parts.accounts, self._parts.alerts
        since_s = accounts.record.stopped_s  # running time, kept across resets
        if self._pump.state != STOPPED or since_s == NEVER_S:
            alerts.clear(codes.AL_STOPPED_REMINDER)
            alerts.clear(codes.AL_STOPPED_LONG)
            return
        stopped_s = accounts.running_ms(now_ms) // 1000 - since_s
        if stopped_s >= _ALARM_S:
            alerts.raise_(codes.AL_STOPPED_LONG)
        if stopped_s >= _REMIND_S:
            alerts.raise_(codes.AL_STOPPED_REMINDER)

    def _check_dates(self, now_ms: int) -> None:
        """While the time of day is unknown, what is due stays as it was told last."""
        parts, profile = self._parts, self._parts.profile
        wall_s = parts.wall.wall_s(now_ms)
        if wall_s is not None:
            stored = parts.settings
            self._is_due(codes.AL_REFILL_DUE, stored.fill.date_s, profile.REFILL_DAYS, wall_s)
            days = profile.CALIBRATION_DAYS
            self._is_due(codes.AL_CALIBRATION_DUE, stored.calibrated_s, days, wall_s)
        needs_clock = self._pump.state == RUNNING and self._pump.rx.mode in ("day", "week")
        if needs_clock and not self._parts.wall.known():
            self._parts.alerts.raise_(codes.AL_CLOCK_LOST)

    def _is_due(self, code: int, since_s: int, days: int, wall_s: int) -> None:
        if since_s != UNKNOWN_S and wall_s >= since_s + days * _DAY_S:
            self._parts.alerts.raise_(code)
        else:
            self._parts.alerts.clear(code)

    def _note_hour(self) -> None:
        """Hourly line: confirmed steps of the hour, missed volume of this boot so far."""
        parts = self._parts
        confirmed = parts.ledger.confirmed
        missed_nl = parts.accounts.missed_nl()
        parts.journal.event(codes.EV_HOUR, confirmed - self._hour_steps, missed_nl, 0, False)
        self._hour_steps = confirmed
        self._hour_ms += _HOUR_MS
