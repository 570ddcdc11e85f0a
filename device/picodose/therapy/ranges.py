"""The ranges of an ordered prescription against a profile's limits; every check raises Refused.

Upstream: prescription.py, once the form is known to be canonical; the host's checker uses
check_rate and check_bolus for one value.
"""

from micropython import const

from picodose import codes
from picodose.codes import Refused
from picodose.therapy import fluids
from picodose.therapy.limits import Limits, span_ms
from picodose.therapy.weekcurve import own_rate_nl_h

MAX_STEPS = const(24)
_VERSION = const(2)
_DAY_MIN = const(1440)
_DAY_MS = const(86400000)
_BOLUS_MIN_MS = const(1000)
_INTERVAL_MIN_MS = const(300000)
_PATIENT_MAX = const(24)
TRIAL_DAYS_MAX = const(14)
WALL_MIN_S = const(820540800)  # 2026: an earlier clock was never set
WALL_MAX_S = const(4294967294)
_UNITS_PER_NL = const(3600000)


def within(
    code: int, name: str, value: int, low: int, high: int, hint: str = "keep to the limit"
) -> None:
    """Raise Refused with this code, name and hint unless low <= value <= high."""
    if not low <= value <= high:
        raise Refused(code, name, value, low if value < low else high, hint)


def check_head(fields: dict, modes: tuple, limits: Limits) -> None:
    """Version, mode, fluid, concentration."""
    within(codes.RX_VERSION, "v", fields["v"], _VERSION, _VERSION, "this pump reads version 2")
    if fields["mode"] not in modes:
        raise Refused(codes.RX_MODE, "mode", fields["mode"], None, "no such mode")
    conc_ug_ml = fields["conc_ug_ml"]
    check_fluid(fields["fluid"], conc_ug_ml)
    if not limits.mass_allowed:
        hint = "calibrate the pump or accept its nominal value, or order volumes"
        within(codes.RX_MASS, "conc_ug_ml", conc_ug_ml, 0, 0, hint)


def check_fluid(name: str, conc_ug_ml: int) -> None:
    """Refuse a fluid that the library does not know, or not at this concentration (ug/mL)."""
    row = fluids.find(name)
    hint = "the fluid is not known at this concentration"
    within(codes.RX_CONC, "conc_ug_ml", conc_ug_ml, row[2], row[3], hint)


def check_rate(name: str, rate_nl_h: int, limits: Limits) -> None:
    """Refuse a basal rate outside the profile's range (nL/h)."""
    within(codes.RX_RATE_LOW, name, rate_nl_h, limits.rate_min_nl_h, rate_nl_h)
    within(codes.RX_RATE_HIGH, name, rate_nl_h, rate_nl_h, limits.rate_max_nl_h)


def check_bolus(name: str, bolus_nl: int, bolus_ms: int, limits: Limits) -> None:
    """Refuse a bolus whose amount (nL), duration (ms) or own rate is outside the profile."""
    within(codes.RX_BOLUS_AMOUNT, name, bolus_nl, 1, limits.bolus_max_nl)
    within(codes.RX_BOLUS_TIME, name, bolus_ms, _BOLUS_MIN_MS, _DAY_MS)
    rate_nl_h = own_rate_nl_h(bolus_nl, bolus_ms)
    highest_nl_h = min(limits.bolus_rate_max_nl_h, limits.rate_max_nl_h)
    within(codes.RX_BOLUS_RATE, name, rate_nl_h, 0, highest_nl_h, "give it over a longer time")


def check_numbers(rx, limits: Limits) -> None:
    """Each number of a prescription that is stored."""
    for steps in rx.patterns:
        _check_steps(steps, limits)
    _check_week(rx)
    check_rate("fallback_nl_h", rx.fallback_nl_h, limits)
    if rx.periodic:
        bolus_nl, bolus_ms, interval_ms = rx.periodic
        check_bolus("bolus", bolus_nl, bolus_ms, limits)
        least_ms = max(bolus_ms, _INTERVAL_MIN_MS)
        within(codes.RX_INTERVAL, "interval_ms", interval_ms, least_ms, 7 * _DAY_MS)
    if rx.patient:
        bolus_nl, bolus_ms, lockout_ms, most = rx.patient
        check_bolus("patient", bolus_nl, bolus_ms, limits)
        within(codes.RX_PATIENT, "lockout_ms", lockout_ms, bolus_ms, _DAY_MS)
        within(codes.RX_PATIENT, "max_per_24h", most, 1, _PATIENT_MAX)
    if rx.trial:
        within(codes.RX_TRIAL, "days", rx.trial[0], 0, TRIAL_DAYS_MAX)
        within(codes.RX_TRIAL, "until_wall_s", rx.trial[1], 0, WALL_MAX_S)
        within(codes.RX_TRIAL, "trial", max(rx.trial), 1, WALL_MAX_S, "set days or a date")


def check_whole(rx, limits: Limits) -> None:
    """Boluses that meet, the highest sum of rates, the caps."""
    _check_overlap(rx)
    hint = "basal and bolus together are too fast"
    highest_nl_h = rx.rate_max_nl_h()
    within(codes.RX_BOLUS_RATE, "rate_nl_h", highest_nl_h, 0, limits.rate_max_nl_h, hint)
    check_caps(rx, limits)


def check_caps(rx, limits: Limits, share: tuple = (1, 1, 0)) -> None:
    """The largest volume that the buckets of each cap may count at once; share: bridge.share()."""
    num, den, more = share
    highest_nl_h = -(-rx.rate_max_nl_h() * num // den)
    for window_ms, bucket_ms, cap_nl in limits.caps:
        length_ms = span_ms(window_ms, bucket_ms)
        units = highest_nl_h * length_ms
        if units > (cap_nl - limits.step_nl) * _UNITS_PER_NL:  # else no exact look is needed
            units = max(rx.largest_units(length_ms), rx.fallback_nl_h * length_ms)
            units = min(-(-units * num // den), units + more)
        volume_nl = -(-units // _UNITS_PER_NL) + limits.step_nl
        within(codes.RX_CAP, "cap", volume_nl, 0, cap_nl, "lower rates or boluses")


def _check_week(rx) -> None:
    """1 to 7 patterns, each with a weekday."""
    count = len(rx.patterns)
    within(codes.RX_WEEK, "patterns", count, 1, 7)
    for number in rx.week:
        within(codes.RX_WEEK, "week", number, 0, count - 1)
    within(codes.RX_WEEK, "patterns", count, 1, len(set(rx.week)), "give each a weekday")


def _check_steps(steps: tuple, limits: Limits) -> None:
    within(codes.RX_STEP_COUNT, "steps", len(steps), 1, MAX_STEPS)
    last_min = -1
    for start_min, rate_nl_h, bolus_nl, bolus_ms in steps:
        within(codes.RX_STEP_TIME, "start_min", start_min, 0, _DAY_MIN - 1)
        if start_min <= last_min:
            raise Refused(codes.RX_STEP_ORDER, "start_min", start_min, last_min, "order by time")
        last_min = start_min
        check_rate("rate_nl_h", rate_nl_h, limits)
        if bolus_nl or bolus_ms:
            check_bolus("bolus", bolus_nl, bolus_ms, limits)


def _check_overlap(rx) -> None:
    """A scheduled bolus ends before the next begins, also over midnight and against itself."""
    before_ms, bolus_ms = -1, 0
    for start_ms, _rate, _nl, ms, _i in rx.curve.starts(0, rx.curve.whole_ms() + _DAY_MS):
        if ms:
            if bolus_ms >= start_ms - before_ms:
                gap_ms = start_ms - before_ms
                hint = "end it before the next bolus"
                raise Refused(codes.RX_BOLUS_OVERLAP, "bolus_ms", bolus_ms, gap_ms, hint)
            before_ms, bolus_ms = start_ms, ms
