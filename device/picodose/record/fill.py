"""What is in the reservoir, and how the refills before it went: one slot write (RES-2).

Counted volume since the fill is drawn_nl plus the steps after at_steps in the ratio in force, so
that a new calibration never revalues what an older one counted.
"""

import struct

from micropython import const

from picodose.codes import MemoryFault

HISTORY = const(12)  # refills kept with their accuracy
PRIMES = const(2)  # most in 24 h (THER-4)
CALIBRATIONS = const(24)  # most in 24 h
EVEN = const(0)  # state of the last refill: residue as expected, not explained yet, explained
UNEXPLAINED = const(1)
EXPLAINED = const(2)
UNKNOWN_S = 0xFFFFFFFF
_VERSION = const(2)
_HEAD = "<BBBx16sIIIIQIQQ"
_HEAD_BYTES = const(64)
_RUNS = "<26I"
_RUNS_BYTES = const(104)
_ROW = "<IIII"
_ROW_BYTES = const(16)
_LIMIT_NL = const(2_000_000)
_SHARE = const(10)  # and a tenth of what was drawn
_MAX_NL = 0xFFFFFFFF
_READING_NL = const(100_000)  # what a syringe can be read to


class Fill:
    """The present fill. fluid: name, "" while none was ever entered; conc_ug_ml; date_s: wall
    seconds; filled_nl: volume put in; drawn_nl: counted out up to at_steps (total steps);
    old_conc: ug/mL of what the dead volume holds until bridge_to steps have passed, 0: no bridge;
    before_nl: counted out of all fills before;
    state: EVEN, UNEXPLAINED or EXPLAINED; history: rows (date_s, expected_nl, measured_nl,
    filled_nl), newest last, at most HISTORY; prime_s, calibration_s: running seconds at the last
    starts of runs that took from it, newest first, 0 for none.
    """

    def __init__(self, filled_nl: int, at_steps: int = 0) -> None:
        self.state = EVEN
        self.fluid = ""
        self.conc_ug_ml = 0
        self.date_s = UNKNOWN_S
        self.filled_nl = filled_nl
        self.drawn_nl = 0
        self.at_steps = at_steps
        self.old_conc = self.bridge_to = 0
        self.before_nl = 0
        self.history: "list[tuple]" = []
        self.prime_s = [0] * PRIMES
        self.calibration_s = [0] * CALIBRATIONS

    def counted_nl(self, steps: int, nl_num: int, steps_den: int) -> int:
        """Volume counted out since the fill when `steps` in all were counted, rounded down."""
        return self.drawn_nl + (steps - self.at_steps) * nl_num // steps_den

    def revalued(self, steps: int, nl_num: int, steps_den: int) -> "Fill":
        """A copy that keeps what was counted until now in this ratio; later steps count in
        another.
        """
        copy = unpack(self.pack())
        copy.drawn_nl = min(self.counted_nl(steps, nl_num, steps_den), _MAX_NL)
        copy.at_steps = steps
        return copy

    def after_run(self, primed: bool, running_s: int) -> "Fill":
        """A copy in which a prime, else a calibration run, begins now."""
        copy = unpack(self.pack())
        starts_s = copy.prime_s if primed else copy.calibration_s
        starts_s.insert(0, max(running_s, 1))
        starts_s.pop()
        return copy

    def explained(self) -> "Fill":
        """A copy whose residue a person has explained."""
        copy = unpack(self.pack())
        copy.state = EXPLAINED
        return copy

    def pack(self) -> bytes:
        """Encode as the payload of a slot."""
        head = struct.pack(
            _HEAD,
            _VERSION,
            self.state,
            len(self.history),
            self.fluid.encode(),
            self.conc_ug_ml,
            self.date_s,
            self.filled_nl,
            self.drawn_nl,
            self.at_steps,
            self.old_conc,
            self.bridge_to,
            self.before_nl,
        )
        runs = struct.pack(_RUNS, *(self.prime_s + self.calibration_s))
        return head + runs + b"".join([struct.pack(_ROW, *row) for row in self.history])


def unpack(payload: bytes) -> Fill:
    """Decode a payload; raises MemoryFault if it is of another version or length."""
    if len(payload) < _HEAD_BYTES or payload[0] != _VERSION:
        raise MemoryFault("refill version")
    head = struct.unpack(_HEAD, payload[:_HEAD_BYTES])
    _version, state, rows, fluid, conc, date_s, filled_nl, drawn_nl, at_steps = head[:9]
    at_rows = _HEAD_BYTES + _RUNS_BYTES
    if len(payload) != at_rows + rows * _ROW_BYTES or state > EXPLAINED:
        raise MemoryFault("refill length")
    fill = Fill(filled_nl, at_steps)
    fill.state, fill.fluid, fill.conc_ug_ml = state, fluid.rstrip(b"\0").decode(), conc
    fill.date_s, fill.drawn_nl = date_s, drawn_nl
    fill.old_conc, fill.bridge_to, fill.before_nl = head[9:]
    runs_s = list(struct.unpack(_RUNS, payload[_HEAD_BYTES:at_rows]))
    fill.prime_s, fill.calibration_s = runs_s[:PRIMES], runs_s[PRIMES:]
    for at in range(at_rows, len(payload), _ROW_BYTES):
        fill.history.append(struct.unpack(_ROW, payload[at : at + _ROW_BYTES]))
    return fill


def discrepancy(expected_nl: int, measured_nl: int, drawn_nl: int) -> int:
    """Measured minus expected residue (nL) where it needs an explanation, 0 where it does not.

    It does above 2 mL, and above a tenth of what was drawn since the fill (but never below
    what a syringe can be read to).
    """
    gap_nl = measured_nl - expected_nl
    allowed_nl = min(_LIMIT_NL, max(drawn_nl // _SHARE, _READING_NL))
    return gap_nl if abs(gap_nl) > allowed_nl else 0


def refilled(old: Fill, measured_nl: int, expected_nl: int, drawn_nl: int, new: Fill) -> None:
    """Complete `new` by the history of `old` and the row of this refill; unexplained where the
    residue measured is not the one expected.
    """
    row = (new.date_s, expected_nl, measured_nl, new.filled_nl)
    new.history = (old.history + [row])[-HISTORY:]
    new.before_nl = old.before_nl + drawn_nl
    new.prime_s, new.calibration_s = old.prime_s, old.calibration_s
    new.state = UNEXPLAINED if discrepancy(expected_nl, measured_nl, drawn_nl) else EVEN
