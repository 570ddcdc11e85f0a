"""Holds every figure that is stated against the plant, the pins and the oracle.

A claim that does not hold says which figure is wrong, what was found and what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from host_tools.demo import alarm_claims
from host_tools.demo.evidence import Evidence, Reading
from host_tools.demo.figures import Figures, Row
from picodose.delivery.granter import SEGMENT_MS
from profiles import active as profile

_UNRECORDED_S = 15 * 60 + 15  # of running time, which a reset loses, and a boot


@dataclass(frozen=True)
class Claim:
    """One kind of claim; `wrong` lists in words where it does not hold."""

    name: str
    wrong: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """True when nothing is wrong."""
        return not self.wrong


@dataclass(frozen=True)
class Allowance:
    """How far honest figures may lie apart: what is on its way at an instant, in nL."""

    step_nl: float
    due_nl: float  # ordered, not yet moved: a step that is not yet whole, and two ticks
    unread_nl: float  # moved, not yet collected: a segment and two ticks
    ahead_nl: float  # granted, not yet moved: two segments more

    @classmethod
    def of(cls, evidence: Evidence) -> Allowance:
        """From the order's highest rate and the pump's tick."""
        nl_s = float(evidence.order.rate_max_nl_h()) / 3600
        tick_s = max(r.status["tick_ms"] for r in evidence.readings) / 1000
        step_nl, segment_s = evidence.nl_per_step, SEGMENT_MS / 1000
        due_nl = step_nl + 2 * tick_s * nl_s
        unread_nl = due_nl + segment_s * nl_s
        return cls(step_nl, due_nl, unread_nl, unread_nl + 2 * segment_s * nl_s + step_nl)


def check(figures: Figures, evidence: Evidence) -> list[Claim]:
    """Judge every claim, in the order in which a person would ask."""
    return [Claim(name, tuple(judge(figures, evidence))) for name, judge in _CLAIMS.items()]


def _counts_in_order(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    for reading in evidence.readings:
        s = reading.status
        if not s["granted_steps"] >= s["commanded_steps"] >= s["confirmed_steps"]:
            yield f"{_at(evidence, reading)}: granted {s['granted_steps']}, commanded " \
                f"{s['commanded_steps']}, confirmed {s['confirmed_steps']} steps"  # fmt: skip


def _confirmed_moved(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    """The pump's count since it was made against the plant's, at every reading."""
    unread_nl = Allowance.of(evidence).unread_nl
    for reading in evidence.readings:
        count_nl = reading.nl("confirmed_steps", evidence.nl_per_step)
        doubt_nl = reading.nl("uncertain_steps", evidence.nl_per_step)
        least, most = count_nl - doubt_nl, count_nl + unread_nl
        if not (least <= reading.after.dispensed_nl and reading.before.dispensed_nl <= most):
            yield f"{_at(evidence, reading)}: confirmed {count_nl:g} nL, of which {doubt_nl:g} " \
                f"uncertain; dispensed {reading.before.dispensed_nl:g} nL"  # fmt: skip


def _granted_ahead(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    ahead_nl = Allowance.of(evidence).ahead_nl
    for reading in evidence.readings:
        granted_nl = reading.nl("granted_steps", evidence.nl_per_step)
        confirmed_nl = reading.nl("confirmed_steps", evidence.nl_per_step)
        if granted_nl < reading.before.dispensed_nl:
            yield f"{_at(evidence, reading)}: granted {granted_nl:g} nL, but dispensed more"
        if granted_nl - confirmed_nl > ahead_nl:
            yield f"{_at(evidence, reading)}: granted {granted_nl - confirmed_nl:g} nL ahead"


def _rows_from_pins(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Edges at the STEP pin, counted by the recorder, times the volume of a step."""
    track = evidence.recorder.tracks["STEP"]
    for row in (*figures.rows, figures.total):
        edges = track.count_rises(evidence.ns(row.start_s), evidence.ns(row.end_s) + 1)
        if abs(edges * evidence.nl_per_step - row.dispensed_nl) > 1e-3:
            yield f"{_hours(evidence, row)}: dispensed {row.dispensed_nl:g} nL, but {edges} " \
                f"steps at the pin"  # fmt: skip


def _rows_balance(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Programmed - missed = dispensed, from the start of the day to the end of each row."""
    due_nl = Allowance.of(evidence).due_nl + 2 * evidence.nl_per_step
    programmed = missed = dispensed = 0.0
    for row in figures.rows:
        programmed, missed = programmed + row.programmed_nl, missed + row.missed_nl
        dispensed += row.dispensed_nl
        rest_nl = programmed - missed - dispensed
        row_rest_nl = row.programmed_nl - row.missed_nl - row.dispensed_nl
        if max(abs(rest_nl), abs(row_rest_nl)) > due_nl:
            yield f"{_hours(evidence, row)}: programmed {row.programmed_nl:.1f} - missed " \
                f"{row.missed_nl:.1f} - dispensed {row.dispensed_nl:.1f} leaves " \
                f"{row_rest_nl:.1f} nL (of the day so far {rest_nl:.1f})"  # fmt: skip


def _rows_agree(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Granted and confirmed of each row against what the plant moved in it."""
    allowed = Allowance.of(evidence)
    for row in (*figures.rows, figures.total):
        low, high = row.dispensed_nl - allowed.ahead_nl, row.dispensed_nl + row.uncertain_nl
        for word, stated in (("granted", row.granted_nl), ("confirmed", row.confirmed_nl)):
            if not low <= stated <= high + allowed.ahead_nl:
                yield f"{_hours(evidence, row)}: {word} {stated:g} nL, dispensed " \
                    f"{row.dispensed_nl:g}, uncertain {row.uncertain_nl:g}"  # fmt: skip


def _totals_add_up(figures: Figures, _evidence: Evidence) -> Iterator[str]:
    for key in ("programmed", "granted", "confirmed", "uncertain", "dispensed", "missed"):
        total = getattr(figures.total, f"{key}_nl")
        added = sum(getattr(row, f"{key}_nl") for row in figures.rows)
        if abs(total - added) > 1e-3:
            yield f"{key}: the rows add up to {added:g} nL, the total says {total:g}"


def _own_missed(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    """While it has power the pump misses nothing, by its own account too."""
    for reading in evidence.readings:
        if reading.status["missed_nl"]:
            yield f"{_at(evidence, reading)}: the pump counts {reading.status['missed_nl']} nL"


def _goes_on(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    """A pump that was running is running at every reading, after the loss of power too."""
    right = "running" if evidence.order.mode != "bolus" else "stopped"
    for reading in evidence.readings:
        state = reading.status["state"]
        if state != right and state != "bolus":
            yield f"{_at(evidence, reading)}: {state}"


def _boluses_given(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Each bolus that the outage did not touch is in the journal, whole, at its time."""
    yield from _distance_kept(evidence)
    s = evidence.scenario
    begun = [e for e in evidence.entries if e.kind == "EV_BOLUS_BEGIN"]
    ended = [e for e in evidence.entries if e.kind == "EV_BOLUS_END"]
    for bolus in evidence.order.boluses:
        start_s, end_s = float(bolus.start_s), float(bolus.start_s + bolus.duration_s)
        if end_s + 10 > s.duration_s or s.cut_s - 10 < end_s and start_s < s.clock_set_s:
            continue
        said = [e for e in begun if abs((e.wall_s or 0) - s.wall_s(start_s)) < 10]
        over = [e for e in ended if abs((e.wall_s or 0) - s.wall_s(end_s)) < 10]
        if [e.a for e in said] != [bolus.amount_nl] or [(e.a, e.b) for e in over] != [
            (bolus.amount_nl, 0)
        ]:
            yield f"{s.clock(start_s)}: bolus of {bolus.amount_nl} nL is not journaled so"


def _distance_kept(evidence: Evidence) -> Iterator[str]:
    """Periodic boluses never come closer; later by the outage and what no record knows of."""
    order, s = evidence.order, evidence.scenario
    starts_s = [float(bolus.start_s) for bolus in order.boluses if order.every_s]
    for first_s, next_s in zip(starts_s, [*starts_s, float(s.duration_s)][1:], strict=False):
        least_s = first_s + order.every_s
        most_s = least_s + (s.off_s + _UNRECORDED_S if first_s < s.cut_s <= least_s else 0)
        if most_s < next_s - 1 or (least_s > next_s + 1 and next_s < s.duration_s):
            yield f"after the bolus of {s.clock(first_s)} the next one is at {s.clock(next_s)}"


def _caps_kept(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    """The fullest window of each cap, by brute force over the edges at the pin."""
    times_ns = evidence.step_times_ns()
    for window_ms, _, cap_nl in profile.CAPS:
        first = np.searchsorted(times_ns, times_ns - window_ms * 1_000_000, side="right")
        steps = int(np.max(np.arange(1, len(times_ns) + 1) - first, initial=0))
        if steps * evidence.nl_per_step > cap_nl:
            yield f"{steps * evidence.nl_per_step:g} nL within {window_ms} ms, cap {cap_nl} nL"


def _no_catch_up(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    """No minute carries more than the highest ordered rate brings, and one step a boundary."""
    times_ns = evidence.step_times_ns()
    first = np.searchsorted(times_ns, times_ns - 60 * 10**9, side="right")
    steps = int(np.max(np.arange(1, len(times_ns) + 1) - first, initial=0))
    most_nl = float(evidence.order.rate_max_nl_h()) / 60 + Allowance.of(evidence).due_nl
    if (steps - 1) * evidence.nl_per_step > most_nl:
        yield f"{steps} steps within a minute; at most {most_nl:.1f} nL were ordered"


def _water_conserved(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    if evidence.balance_fl:
        yield f"{evidence.balance_fl} fl of water appeared or vanished"
    if evidence.steps_lost:
        yield f"{evidence.steps_lost} pulses did not turn the motor"


def _reservoir_known(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    """What the pump believes is in the bag: never more than there is, nor less than its doubt."""
    ahead_nl = Allowance.of(evidence).ahead_nl
    for reading in evidence.readings:
        believed, doubt = reading.status["reservoir_nl"], reading.status["uncertain_steps"]
        least = reading.after.reservoir_nl - ahead_nl - doubt * evidence.nl_per_step
        if not least <= believed <= reading.before.reservoir_nl + 1:  # it shows whole nL
            yield f"{_at(evidence, reading)}: pump says {believed} nL in the bag, there are " \
                f"{reading.before.reservoir_nl:g}"  # fmt: skip


def _clock_right(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    for reading in evidence.readings:
        right_s = evidence.scenario.wall_s(reading.t_s)
        if abs(reading.status["wall_s"] - right_s) > 1:
            yield f"{_at(evidence, reading)}: clock shows {reading.status['wall_s'] - right_s} s"


def _journal_whole(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    for ring in ("events", "faults"):
        numbers = [e.seq for e in evidence.entries if e.ring == ring]
        if numbers != list(range(len(numbers))):
            yield f"{ring}: sequence numbers {numbers}"


def _at(evidence: Evidence, reading: Reading) -> str:
    return evidence.scenario.clock(reading.t_s)


def _hours(evidence: Evidence, row: Row) -> str:
    clock = evidence.scenario.clock
    return f"{clock(row.start_s)[:5]} to {clock(row.end_s)[:5]}"


Judge = Callable[[Figures, Evidence], Iterator[str]]
_CLAIMS: dict[str, Judge] = {
    "granted >= commanded >= confirmed": _counts_in_order,
    "confirmed is what the plant moved": _confirmed_moved,
    "granted leads by two segments at most": _granted_ahead,
    "dispensed is the steps at the pin": _rows_from_pins,
    "programmed - missed = dispensed": _rows_balance,
    "granted and confirmed fit dispensed in every row": _rows_agree,
    "the totals add up": _totals_add_up,
    "with power on nothing is missed": _own_missed,
    "the pump goes on by itself": _goes_on,
    "boluses are given whole, on time": _boluses_given,
    "no rolling cap is ever passed": _caps_kept,
    "nothing is caught up": _no_catch_up,
    "water is conserved": _water_conserved,
    "the pump knows its reservoir": _reservoir_known,
    "the pump knows the time": _clock_right,
    "the journal is whole": _journal_whole,
    "alarms came when their cause did": alarm_claims.raised_in_time,
    "no alarm without its cause": alarm_claims.none_without_cause,
    "alarms ended as stated": alarm_claims.ended_as_stated,
    "alarms were heard": alarm_claims.heard,
}
