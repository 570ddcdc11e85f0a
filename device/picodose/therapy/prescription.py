"""A prescription: canonical bytes in, an immutable checked object out.

Canonical form is one flat JSON object in ASCII without spaces, keys exactly in this order:

| mode     | keys after "v":2,"mode","fluid","conc_ug_ml"                                        |
|----------|-------------------------------------------------------------------------------------|
| min      | (none: the profile's lowest rate)                                                   |
| const    | rate_nl_h                                                                           |
| day      | fallback_nl_h, steps: 1..24 lists [start_min, rate_nl_h] or, with a bolus,          |
|          | [start_min, rate_nl_h, bolus_nl, bolus_ms]                                          |
| week     | fallback_nl_h, week: 7 pattern numbers, Monday first; patterns: 1..7 lists of steps |
| periodic | rate_nl_h, bolus_nl, bolus_ms, interval_ms (start to start)                         |
| bolus    | bolus_nl, bolus_ms (a single bolus on top of whatever runs; never stored)           |

Each but the last may end with "patient":[bolus_nl,bolus_ms,lockout_ms,max_per_24h], then
"trial":[days,until_wall_s], 0 for an end that is not set.

MicroPython's json accepts much that is not JSON, so the rule is: what was understood is encoded
again, and anything but the very same bytes is refused (LIM-7). Ranges are checked afterwards, in
ranges.py.
"""

import binascii
import json

from micropython import const

from picodose import codes
from picodose.codes import Refused
from picodose.therapy import fluids, ranges
from picodose.therapy.limits import Limits
from picodose.therapy.weekcurve import WeekCurve, own_rate_nl_h, periodic_units

MAX_BYTES = const(5600)  # 7 x 24 steps, each with a bolus
_BRACKETS = const(179)  # 7 x 24 steps, 7 patterns, the four lists around and behind them
_DAY_MS = const(86400000)
_UNITS_PER_NL = const(3600000)
_KEYS = {
    "min": (),
    "const": ("rate_nl_h",),
    "day": ("fallback_nl_h", "steps"),
    "week": ("fallback_nl_h", "week", "patterns"),
    "periodic": ("rate_nl_h", "bolus_nl", "bolus_ms", "interval_ms"),
    "bolus": ("bolus_nl", "bolus_ms"),
}


class Prescription:
    """What was ordered. Built by parse() only; nobody changes it afterwards.

    patterns: tuple of days, each a tuple of (start_min, rate_nl_h, bolus_nl, bolus_ms), one of one
    step for the steady modes, none for "bolus"; week: a pattern's number for each weekday, Monday
    first; steps: the first pattern; periodic: (bolus_nl, bolus_ms, interval_ms) or None; patient:
    (bolus_nl, bolus_ms, lockout_ms, max_per_24h) or None; trial: (days, until_wall_s) or None,
    days always 1..14, until 0 for no date; overrides: names of its fluid's soft limits that
    it passes; digest: CRC-32 of raw.
    """

    def __init__(self, fields: dict, raw: bytes, rate_min_nl_h: int) -> None:
        self.raw = raw
        self.digest = binascii.crc32(raw)
        self.mode = fields["mode"]
        self.fluid = fields["fluid"]
        self.conc_ug_ml = fields["conc_ug_ml"]
        self.bolus_nl = fields.get("bolus_nl", 0)
        self.bolus_ms = fields.get("bolus_ms", 0)
        self.patterns, self.week = _patterns(fields, rate_min_nl_h)
        self.steps = self.patterns[0] if self.patterns else ()
        steady_nl_h = self.steps[0][1] if self.steps else 0
        self.fallback_nl_h = fields.get("fallback_nl_h", steady_nl_h)
        self.periodic: "tuple | None" = None
        if self.mode == "periodic":
            self.periodic = (self.bolus_nl, self.bolus_ms, fields["interval_ms"])
        self.patient: "tuple | None" = None
        if "patient" in fields:
            self.patient = tuple(fields["patient"])
        self.trial: "tuple | None" = None
        if "trial" in fields:
            self.trial = tuple(fields["trial"])
        self.curve: "WeekCurve" = None  # type: ignore  # None until sound, and for "bolus"
        self.overrides: tuple = ()
        self._total_nl = self.bolus_nl

    def settle(self) -> None:
        """Once the numbers are sound: the curve, the total of a day, the longest trial."""
        if self.trial:
            self.trial = (self.trial[0] or ranges.TRIAL_DAYS_MAX, self.trial[1])
        self.curve = WeekCurve(self.patterns, self.week)
        self._total_nl = -(-self.largest_units(_DAY_MS) // _UNITS_PER_NL)

    def largest_units(self, length_ms: int) -> int:
        """Largest volume of basal, scheduled and periodic boluses in any stretch of this length,
        the clock known (nL*ms/h).
        """
        units = self.curve.largest_window_units(length_ms)
        if self.periodic:
            bolus_nl, bolus_ms, interval_ms = self.periodic
            units += periodic_units(bolus_nl, bolus_ms, interval_ms, length_ms)
        return units

    def basal_max_nl_h(self) -> int:
        """Highest basal rate, the fallback included (nL/h)."""
        rates = [step[1] for steps in self.patterns for step in steps]
        return max(rates + [self.fallback_nl_h])

    def rate_max_nl_h(self) -> int:
        """Highest sum of basal and any one bolus, the patient's included (nL/h, rounded up)."""
        extra_nl_h = 0
        for bolus in (self.periodic, self.patient):
            if bolus:
                extra_nl_h = max(extra_nl_h, own_rate_nl_h(bolus[0], bolus[1]))
        if not self.curve:
            return own_rate_nl_h(self.bolus_nl, self.bolus_ms)
        return max(self.curve.rate_max_nl_h(), self.basal_max_nl_h() + extra_nl_h)

    def total_24h_nl(self) -> int:
        """Largest volume in any 24 h without patient boluses, rounded up (nL); a single bolus: its
        amount.
        """
        return self._total_nl

    def allowed_24h_nl(self) -> int:
        """The same with every allowed patient bolus (RES-1, LIM-1)."""
        return self._total_nl + (self.patient[0] * self.patient_per_day() if self.patient else 0)

    def boluses_per_day(self) -> int:
        """The most scheduled or periodic boluses of any day."""
        if self.periodic:
            return -(-_DAY_MS // self.periodic[2])
        return max([len([step for step in day if step[2]]) for day in self.patterns] or [0])

    def patient_per_day(self) -> int:
        """The most patient boluses that count and lockout allow in 24 h."""
        return min(self.patient[3], -(-_DAY_MS // self.patient[2])) if self.patient else 0


def encode(fields: dict) -> bytes:
    """Encode a fields dictionary canonically; raises KeyError, TypeError or ValueError."""
    mode = fields["mode"]
    text = '{"v":%d,"mode":"%s","fluid":"%s","conc_ug_ml":%d' % (
        fields["v"],
        mode,
        fields["fluid"],
        fields["conc_ug_ml"],
    )
    keys = _KEYS.get(mode, ())
    if mode != "bolus":
        keys += tuple([key for key in ("patient", "trial") if key in fields])
    for key in keys:
        text += ',"%s":%s' % (key, _value(key, fields[key]))
    return (text + "}").encode()


def parse(raw: bytes, limits: Limits) -> Prescription:
    """Return the prescription in raw; raise Refused on anything not canonical or out of limits."""
    fields = understood(raw, encode)
    ranges.check_head(fields, tuple(_KEYS), limits)
    rx = Prescription(fields, raw, limits.rate_min_nl_h)
    if rx.mode == "bolus":
        ranges.check_bolus("bolus", rx.bolus_nl, rx.bolus_ms, limits)
    else:
        ranges.check_numbers(rx, limits)
        rx.settle()
        ranges.check_whole(rx, limits)
    rx.overrides = fluids.check(rx, fluids.find(rx.fluid))
    return rx


def understood(raw: bytes, encode) -> dict:
    """The fields in raw; raises Refused (RX_LONG, RX_FORM) unless encode() of them gives raw."""
    if len(raw) > MAX_BYTES:
        raise Refused(codes.RX_LONG, "prescription", len(raw), MAX_BYTES, "send a shorter one")
    # bytes outside printable ASCII and deep nesting never reach the json module
    if raw.count(b"{") == 1 and raw.count(b"[") <= _BRACKETS and _printable(raw):
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


def _value(key: str, value) -> str:
    if key == "patterns":
        return "[" + ",".join([_steps(steps) for steps in value]) + "]"
    if key == "steps":
        return _steps(value)
    length = {"week": 7, "patient": 4, "trial": 2}.get(key)
    return _row(value, length) if length else "%d" % value


def _steps(steps) -> str:
    """Steps as text; one without a bolus is the shorter list, and only that."""
    rows = []
    for step in steps:
        short = len(step) == 2 or not (step[2] or step[3])
        rows.append(_row(step[:2] if short else step, 2 if short else 4))
    return "[" + ",".join(rows) + "]"


def _row(numbers, length: int) -> str:
    if len(numbers) != length:
        raise ValueError
    return "[" + ",".join(["%d" % number for number in numbers]) + "]"


def _patterns(fields: dict, rate_min_nl_h: int) -> tuple:
    mode = fields["mode"]
    if mode == "bolus":
        return (), ()
    if mode == "week":
        return tuple([_day(steps) for steps in fields["patterns"]]), tuple(fields["week"])
    steps = fields["steps"] if mode == "day" else [(0, fields.get("rate_nl_h", rate_min_nl_h))]
    return (_day(steps),), (0,) * 7


def _day(steps) -> tuple:
    return tuple([(tuple(step) + (0, 0))[:4] for step in steps])
