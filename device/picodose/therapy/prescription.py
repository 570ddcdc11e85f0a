"""A prescription: canonical bytes in, an immutable checked object out.

Canonical form is one flat JSON object in ASCII without spaces, keys exactly in this order:

| mode  | keys after "v":1,"mode","fluid","conc_ug_ml"                                   |
|-------|--------------------------------------------------------------------------------|
| min   | (none: the profile's lowest rate)                                              |
| const | rate_nl_h                                                                      |
| day   | fallback_nl_h, steps: 1..24 lists [start_min, rate_nl_h, bolus_nl, bolus_ms]   |
| bolus | bolus_nl, bolus_ms (a single bolus on top of whatever runs; never stored)      |

MicroPython's json accepts much that is not JSON, so the rule is: what was understood is encoded
again, and anything but the very same bytes is refused (LIM-7). Ranges are checked afterwards.
"""

import binascii
import json

from micropython import const

from picodose import codes
from picodose.codes import Refused
from picodose.therapy.daycurve import DayCurve
from picodose.therapy.limits import Limits, span_ms

MAX_BYTES = const(1100)
MAX_STEPS = const(24)
_DAY_MIN = const(1440)
_DAY_MS = const(86400000)
_MINUTE_MS = const(60000)
_BOLUS_MIN_MS = const(1000)
_FLUID_MAX = const(16)
_CONC_MAX_UG_ML = const(1000000)
_UNITS_PER_NL = const(3600000)


class Prescription:
    """What was ordered. Built by parse() only; nobody changes it afterwards.

    steps: tuple of (start_min, rate_nl_h, bolus_nl, bolus_ms), also for "min" and "const" (one
    step), empty for "bolus"; digest: CRC-32 of raw.
    """

    def __init__(self, fields: dict, raw: bytes, rate_min_nl_h: int) -> None:
        self.raw = raw
        self.digest = binascii.crc32(raw)
        self.mode = fields["mode"]
        self.fluid = fields["fluid"]
        self.conc_ug_ml = fields["conc_ug_ml"]
        self.bolus_nl = fields.get("bolus_nl", 0)
        self.bolus_ms = fields.get("bolus_ms", 0)
        if self.mode == "day":
            self.steps: "tuple[tuple, ...]" = tuple([tuple(step) for step in fields["steps"]])
        elif self.mode == "bolus":
            self.steps = ()
        else:
            self.steps = ((0, fields.get("rate_nl_h", rate_min_nl_h), 0, 0),)
        steady_nl_h = self.steps[0][1] if self.steps else 0
        self.fallback_nl_h = fields.get("fallback_nl_h", steady_nl_h)
        self.curve: "DayCurve" = None  # type: ignore  # None until sound, and for "bolus"

    def rate_max_nl_h(self) -> int:
        """Highest basal plus scheduled bolus rate (nL/h, rounded up)."""
        return (
            max(self.curve.rate_max_nl_h(), self.fallback_nl_h)
            if self.curve
            else -(-self.bolus_nl * _UNITS_PER_NL // self.bolus_ms)
        )

    def total_24h_nl(self) -> int:
        """Volume of one day of the program, rounded up (nL); a single bolus: its amount."""
        return -(-self.curve.day_units() // _UNITS_PER_NL) if self.curve else self.bolus_nl

    def boluses_per_day(self) -> int:
        """How many scheduled boluses a day holds."""
        return len([step for step in self.steps if step[2]])


def encode(fields: dict) -> bytes:
    """Encode a fields dictionary canonically; raises KeyError, TypeError or ValueError."""
    mode = fields["mode"]
    text = '{"v":%d,"mode":"%s","fluid":"%s","conc_ug_ml":%d' % (
        fields["v"],
        mode,
        fields["fluid"],
        fields["conc_ug_ml"],
    )
    if mode == "const":
        text += ',"rate_nl_h":%d' % fields["rate_nl_h"]
    elif mode == "day":
        steps = ["[%d,%d,%d,%d]" % tuple(step) for step in fields["steps"]]
        text += ',"fallback_nl_h":%d,"steps":[%s]' % (fields["fallback_nl_h"], ",".join(steps))
    elif mode == "bolus":
        text += ',"bolus_nl":%d,"bolus_ms":%d' % (fields["bolus_nl"], fields["bolus_ms"])
    return (text + "}").encode()


def parse(raw: bytes, limits: Limits) -> Prescription:
    """Return the prescription in raw; raise Refused on anything not canonical or out of limits."""
    fields = _understand(raw)
    _check_head(fields)
    rx = Prescription(fields, raw, limits.rate_min_nl_h)
    if rx.mode == "bolus":
        check_bolus("bolus", rx.bolus_nl, rx.bolus_ms, limits)
        return rx
    _check_steps(rx.steps, limits)
    check_rate("fallback_nl_h", rx.fallback_nl_h, limits)
    rx.curve = DayCurve(rx.steps)
    _check_total(rx, limits)
    return rx


def _understand(raw: bytes) -> dict:
    if len(raw) > MAX_BYTES:
        raise Refused(codes.RX_LONG, "prescription", len(raw), MAX_BYTES, "send a shorter one")
    # bytes outside printable ASCII and deep nesting never reach the json module
    if raw.count(b"{") == 1 and raw.count(b"[") <= MAX_STEPS + 2 and _printable(raw):
        try:
            fields = json.loads(raw.decode())
            if encode(fields) == raw:
                return fields
        except (KeyError, TypeError, ValueError, OverflowError, IndexError):
            pass
    raise Refused(codes.RX_FORM, "prescription", None, None, "not in canonical form")


def _printable(raw: bytes) -> bool:
    for byte in raw:
        if not 32 <= byte < 127:
            return False
    return True


def _within(code: int, name: str, value: int, low: int, high: int, hint: str = "") -> None:
    if value < low:
        raise Refused(code, name, value, low, hint)
    if value > high:
        raise Refused(code, name, value, high, hint)


def _check_head(fields: dict) -> None:
    _within(codes.RX_VERSION, "v", fields["v"], 1, 1, "this pump reads version 1")
    if fields["mode"] not in ("min", "const", "day", "bolus"):
        raise Refused(codes.RX_MODE, "mode", fields["mode"], None, "min, const, day or bolus")
    fluid = fields["fluid"]
    _within(codes.RX_FLUID, "fluid", len(fluid), 1, _FLUID_MAX, "1 to 16 letters")
    for letter in fluid:
        if letter not in "abcdefghijklmnopqrstuvwxyz0123456789-":
            raise Refused(codes.RX_FLUID, "fluid", fluid, None, "small letters, digits, hyphen")
    _within(codes.RX_CONC, "conc_ug_ml", fields["conc_ug_ml"], 0, _CONC_MAX_UG_ML)


def check_rate(name: str, rate_nl_h: int, limits: Limits) -> None:
    """Refuse a basal rate outside the profile's range (nL/h)."""
    if rate_nl_h < limits.rate_min_nl_h:
        raise Refused(codes.RX_RATE_LOW, name, rate_nl_h, limits.rate_min_nl_h, "raise the rate")
    if rate_nl_h > limits.rate_max_nl_h:
        raise Refused(codes.RX_RATE_HIGH, name, rate_nl_h, limits.rate_max_nl_h, "lower the rate")


def check_bolus(name: str, bolus_nl: int, bolus_ms: int, limits: Limits) -> None:
    """Refuse a bolus whose amount (nL), duration (ms) or own rate is outside the profile."""
    _within(codes.RX_BOLUS_AMOUNT, name, bolus_nl, 1, limits.bolus_max_nl, "change the amount")
    _within(codes.RX_BOLUS_TIME, name, bolus_ms, _BOLUS_MIN_MS, _DAY_MS, "change the duration")
    rate_nl_h = -(-bolus_nl * _UNITS_PER_NL // bolus_ms)
    highest_nl_h = min(limits.bolus_rate_max_nl_h, limits.rate_max_nl_h)
    _within(codes.RX_BOLUS_RATE, name, rate_nl_h, 0, highest_nl_h, "give it over a longer time")


def _check_steps(steps: tuple, limits: Limits) -> None:
    _within(codes.RX_STEP_COUNT, "steps", len(steps), 1, MAX_STEPS)
    last_min = -1
    for start_min, rate_nl_h, bolus_nl, bolus_ms in steps:
        _within(codes.RX_STEP_TIME, "start_min", start_min, 0, _DAY_MIN - 1)
        if start_min <= last_min:
            raise Refused(
                codes.RX_STEP_ORDER,
                "start_min",
                start_min,
                last_min,
                "steps in the order of their start",
            )
        last_min = start_min
        check_rate("rate_nl_h", rate_nl_h, limits)
        if bolus_nl or bolus_ms:
            check_bolus("bolus", bolus_nl, bolus_ms, limits)
    _check_overlap([step for step in steps if step[2]])


def _check_overlap(given: list) -> None:
    """A scheduled bolus ends before the next begins, also over midnight and against itself."""
    for i in range(len(given)):
        start_min, _rate, _nl, bolus_ms = given[i]
        gap_min = (given[(i + 1) % len(given)][0] - start_min - 1) % _DAY_MIN + 1
        if bolus_ms >= gap_min * _MINUTE_MS:
            raise Refused(
                codes.RX_BOLUS_OVERLAP,
                "bolus_ms",
                bolus_ms,
                gap_min * _MINUTE_MS,
                "end it before the next bolus",
            )


def _check_total(rx: Prescription, limits: Limits) -> None:
    """Highest sum of rates, then the largest volume in each cap's window and whole buckets."""
    _within(
        codes.RX_BOLUS_RATE,
        "rate_nl_h",
        rx.rate_max_nl_h(),
        0,
        limits.rate_max_nl_h,
        "basal and bolus together are too fast",
    )
    for window_ms, bucket_ms, cap_nl in limits.caps:
        length_ms = span_ms(window_ms, bucket_ms)
        units = max(rx.curve.largest_window_units(length_ms), rx.fallback_nl_h * length_ms)
        _within(
            codes.RX_CAP,
            "cap",
            -(-units // _UNITS_PER_NL) + limits.step_nl,
            0,
            cap_nl,
            "lower rates or boluses",
        )
