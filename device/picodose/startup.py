"""What happens once, between reset and the loop: recover the record, test the pump, resume or stay
stopped.

Invariant: nothing moves before the self-test has passed, and nothing starts that was not committed
and running.
"""

from micropython import const

from picodose import codes
from picodose.codes import MemoryFault, Refused
from picodose.record import reservation, settings
from picodose.record.fill import Fill
from picodose.safety import selftest
from picodose.safety.watchdog import timed_out
from picodose.therapy import calibration, fluids
from picodose.therapy.prescription import encode, parse
from picodose.units import short

_RAM_BYTES = const(256)
_CLOCK_MS = const(2)
_ADC_ROUNDS = const(4)
_BUILD = const(12)  # hex digits of a hash that tell one program from another
MARK = "ended"  # the file that only a decommissioned pump has


def load_record(slots) -> tuple:
    """(record, older record or None, state): state "new" on a fresh board, "ok", or "bad" when
    neither slot is valid.
    """
    if not slots.exists():
        return reservation.Reservation(), None, "new"
    try:
        record = reservation.unpack(slots.load())
        older = slots.older()
        return record, reservation.unpack(older) if older else None, "ok"
    except MemoryFault:
        return reservation.Reservation(), None, "bad"


def ended(store) -> bool:
    """True on a pump that was taken out of service."""
    return store.read(MARK) is not None


def fresh_settings(profile, counted_steps: int) -> "settings.Settings":
    """The profile's defaults on a pump that has counted so many steps: nominal, full, nothing
    prescribed.
    """
    fill = Fill(profile.RESERVOIR_NL, counted_steps)
    return settings.Settings(profile.NAME.encode(), profile.NL_NUM, profile.STEPS_DEN, fill)


def load_settings(slots, profile, counted_steps: int, is_ended: bool) -> tuple:
    """(settings, state): what was committed, or the profile's defaults when that is "new" or
    "bad"; "moved" when another profile is installed now. A decommissioned pump has defaults.
    """
    name, state = profile.NAME.encode(), "new"
    if is_ended:
        return fresh_settings(profile, counted_steps), "ok"
    if slots.exists():
        try:
            stored = settings.unpack(slots.load())
            state, used = (
                "ok",
                stored.under(name, profile.NL_NUM, profile.STEPS_DEN, counted_steps),
            )
            return used, "ok" if used is stored else "moved"
        except MemoryFault:
            state = "bad"
    return fresh_settings(profile, 0), state


def load_prescription(parts, state: str) -> tuple:
    """(prescription or None, state): what was committed, parsed and checked anew; weighings that
    do not give the ratio in force are as bad.
    """
    stored = parts.settings
    try:
        if stored.cal_raw:
            fit = calibration.fit(stored.cal_raw, parts.profile)
            if fit[:2] != (stored.nl_num, stored.steps_den):
                return None, "bad"
        return parse(stored.rx_raw, parts.limits) if stored.rx_raw else None, state
    except Refused:
        return None, "bad"


def use_calibration(parts) -> None:
    """Plan, limits, caps and guard count in the ratio of the settings; what was booked in steps of
    another keeps its volume.
    """
    plan, profile, stored = parts.plan, parts.profile, parts.settings
    old_nl, old_steps = plan.nl_num, plan.steps_den
    plan.use(stored.nl_num, stored.steps_den)
    parts.limits.mass_allowed = len(stored.cal_raw)
    parts.calibration = "nominal" if stored.cal_raw else "uncalibrated"
    if stored.calibrated_s != settings.UNKNOWN_S:
        parts.calibration = "calibrated"
    parts.caps.revalue(old_nl * stored.steps_den, old_steps * stored.nl_num)
    for i in range(len(profile.CAPS)):
        parts.caps.windows[i].cap_steps = plan.steps_for_nl(profile.CAPS[i][2])
    parts.guard.size(
        guard_steps(parts, profile.GUARD_REFILL_STEPS),
        guard_steps(parts, profile.GUARD_CAPACITY_STEPS),
    )


def guard_steps(parts, steps: int) -> int:
    """Steps that carry the volume of so many nominal ones, rounded up, for an interrupt too."""
    stored, profile = parts.settings, parts.profile
    nominal_nl = steps * profile.NL_NUM * stored.steps_den  # times both denominators
    return short(-(-nominal_nl // (profile.STEPS_DEN * stored.nl_num)))


def fixed_rate(profile, limits):
    """The prescription that a fixed-rate build is made for (THER-6)."""
    fields = {"v": 2, "mode": "const", "fluid": "water", "conc_ug_ml": 0}
    fields["rate_nl_h"] = profile.FIXED_RATE_NL_H
    return parse(encode(fields), limits)


def check_profile(profile, pulse_us: int) -> None:
    """Refuse a board that does not hold the driver off while the chip sleeps, and a driver that
    needs more than it gets; pulse_us: how long a step is on (DEL-7). Raises ValueError.
    """
    pulls = [pin for pin in profile.PINS_PULSE if (pin, 0) not in profile.PULLS]
    if pulls or (profile.PIN_ENABLE, 1 - profile.ENABLE_ON) not in profile.PULLS:
        raise ValueError("profile: pulse pins and ENABLE need pull resistors to safe levels")
    if profile.PULSE_MIN_US > pulse_us:
        raise ValueError("profile: PULSE_MIN_US is over the %d us of a step" % pulse_us)
    if profile.STEPS_PER_S_MAX * pulse_us >= 1_000_000:
        raise ValueError("profile: STEPS_PER_S_MAX leaves no time between steps")
    if profile.DIR_SETUP_US > profile.WAKE_MS * 1000:  # DIR is set before the driver wakes
        raise ValueError("profile: DIR_SETUP_US is longer than WAKE_MS")
    if profile.HOLD != "off":  # a halt comes at any microstep, and switches the driver off
        raise ValueError("profile: HOLD must be off: the driver keeps its microstep disabled")


def store_prescription(parts, rx, past: tuple) -> None:
    """Commit to flash; past: what ran before it (record/past.py). Raises Refused."""
    keep_settings(parts, parts.settings.changed(rx_raw=rx.raw, past=past))


def keep_settings(parts, changed) -> None:
    """Write other settings and read them back; raises Refused (and raises alarm *memory*) when
    flash does not hold them.
    """
    try:
        change_settings(parts, changed)
    except (MemoryFault, OSError):
        parts.alerts.raise_(codes.AL_MEMORY)
        raise Refused(
            codes.MEMORY_BAD, "settings", None, None, "flash does not hold it: replace the board"
        )


def change_settings(parts, changed) -> None:
    """Write other settings, then use them; raises MemoryFault, OSError, and then the old ones are
    in force.
    """
    parts.settings_slots.save(changed.pack())
    parts.settings = changed


def self_test(parts, adc, buttons, bad: int) -> int:
    """Run every check of SAF-1; returns the mask of failed ones (safety/selftest.py) and raises
    their alarms. bad: bits of what flash has lost (custody.py).
    """
    test = selftest.SelfTest()
    for check in (selftest.SETTINGS, selftest.RESERVATION, selftest.JOURNAL, selftest.MARK):
        test.report(check, not bad >> check & 1)
    test.report(selftest.RAM, selftest.ram_holds(bytearray(_RAM_BYTES)))
    test.report(selftest.LIBRARY, fluids.intact())
    parts.build = parts.program_intact()[:_BUILD]
    test.report(selftest.PROGRAM, bool(parts.build))
    test.report(selftest.ADC, _battery_plausible(parts, adc))
    test.report(selftest.DRIVER, parts.driver.is_off())
    free = selftest.buttons_free(tuple([b.pressed() for b in buttons]))
    # a press during any other reset stops no therapy; buttons.py takes it for a stuck button
    test.report(selftest.BUTTONS, free or parts.boot.reason != "power")
    test.report(selftest.BEEPER, parts.hears_beeper(parts.beeper))
    test.report(selftest.WATCHDOG, parts.boot.proof is not False)
    test.report(selftest.CLOCK, selftest.clock_runs(*parts.clock.span(_CLOCK_MS)))
    mask = test.failed_mask()
    if mask & selftest.STORED:
        parts.alerts.raise_(codes.AL_MEMORY, mask)
    if mask & ~selftest.STORED:
        parts.alerts.raise_(codes.AL_SELF_TEST, mask)
    parts.unchecked_mask = test.unchecked_mask()
    parts.journal.event(codes.EV_SELF_TEST, mask, parts.unchecked_mask, 0, True)
    return mask


def _battery_plausible(parts, adc) -> bool:
    """Readings in a row that no battery can give are a fault of the measurement."""
    for _ in range(_ADC_ROUNDS):
        parts.battery.sample(*adc.read(), False, parts.accounts.running_ms(0))
    return parts.battery.fault == 0


def book_reset(parts, record, now_ms: int) -> bool:
    """Journal why we were reset and count watchdog timeouts; True when the pump must stay stopped
    (REC-5).
    """
    reason = parts.boot.reason
    stay = False
    if reason == "watchdog":
        running_s = parts.accounts.running_ms(now_ms) // 1000
        record.watchdog_s, stay = timed_out(record.watchdog_s, running_s)
        parts.accounts.save(now_ms)
        parts.alerts.raise_(codes.AL_WATCHDOG_STOP if stay else codes.AL_WATCHDOG)
    parts.journal.event(
        codes.EV_BOOT, ("power", "watchdog", "forced", "soft").index(reason), record.boot, 0, True
    )
    if parts.accounts.doubted_steps:
        parts.journal.event(codes.EV_RESERVED, parts.accounts.doubted_steps, 0, 0, True)
    return stay


def resume(parts, pump, record, stay_stopped: bool) -> None:
    """Go on with a prescription that was running, from now; nothing is made up (REC-5). A single
    bolus that the power loss cut is only told.
    """
    running = record.flags & reservation.RUNNING
    if parts.boot.reason == "power" and (running or parts.accounts.doubted_steps):
        parts.alerts.raise_(codes.AL_POWER_LOST)
    if not running:
        return
    parts.bridge.doubt(pump.rx)
    resumes = parts.profile.RESUME_AFTER_POWER_LOSS and not stay_stopped
    if resumes and pump.rx and not pump.rx.trial:
        try:
            return pump.start(True)
        except Refused as refused:
            parts.journal.event(codes.EV_REFUSED, refused.code, 0, 0, True)
    parts.accounts.set_running(False)  # a later reset must not start it either
    parts.accounts.save(parts.clock.now_ms())
