"""The figures that the demo states: a row for each hour, totals, alarms. claims.py judges them.

Who says what: programmed by the oracle from the file, granted and confirmed by the pump's status,
dispensed by the plant, missed by the oracle from when the power was lost, when the motor was
energised again and when the clock was set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from host_tools.demo import journal
from host_tools.demo.evidence import Evidence, Reading
from host_tools.demo.journal import Alarm
from host_tools.demo.oracle import Outage, deliverable_nl


@dataclass(frozen=True)
class Row:
    """From one reading of the status to the next. Volumes in nL.

    uncertain_nl: part of `confirmed` that a power cut left unproved (it counts as delivered).
    """

    start_s: float
    end_s: float
    programmed_nl: float
    granted_nl: float
    confirmed_nl: float
    uncertain_nl: float
    dispensed_nl: float
    missed_nl: float


@dataclass(frozen=True)
class Figures:
    """All that is stated."""

    rows: Sequence[Row]
    total: Row
    outage: Outage
    alarms: Sequence[Alarm]


def figures_of(evidence: Evidence) -> Figures:
    """Compute what the table will say."""
    outage = outage_of(evidence)
    readings = evidence.readings
    pairs = list(zip(readings, readings[1:], strict=False))
    rows = [_row(evidence, outage, first, last) for first, last in pairs]
    cut_wall_s = evidence.scenario.wall_s(evidence.scenario.cut_s)
    alarms = journal.alarms_of(evidence.entries, cut_wall_s)
    total = _row(evidence, outage, readings[0], readings[-1])
    return Figures(rows, total, outage, alarms)


def outage_of(evidence: Evidence) -> Outage:
    """When dosing stopped and went on: by the ENABLE pin; the volume clock begins one tick after
    the motor is energised. A pump that was stopped loses nothing."""
    scenario = evidence.scenario
    cut_s, back_s = Fraction(scenario.cut_s), Fraction(scenario.back_s)
    for first, last in zip(evidence.motor_on_s(), evidence.motor_on_s()[1:], strict=False):
        if first[1] < scenario.back_s <= last[0]:
            tick_s = Fraction(evidence.readings[-1].status["tick_ms"], 1000)
            cut_s, back_s = Fraction(first[1]), Fraction(last[0]) + tick_s
    known_s = max(back_s, Fraction(scenario.clock_set_s)) if evidence.order.waits else back_s
    return Outage(cut_s, back_s, known_s)


def _row(evidence: Evidence, outage: Outage, first: Reading, last: Reading) -> Row:
    t0_s, t1_s = Fraction(first.t_s), Fraction(last.t_s)
    programmed = evidence.order.volume_nl(t0_s, t1_s)
    missed = programmed - deliverable_nl(evidence.order, outage, t0_s, t1_s)

    def nl(key: str) -> float:
        return float((last.status[key] - first.status[key]) * evidence.nl_per_step)

    return Row(
        first.t_s, last.t_s, float(programmed), nl("granted_steps"), nl("confirmed_steps"),
        nl("uncertain_steps"), last.before.dispensed_nl - first.before.dispensed_nl,
        float(missed),
    )  # fmt: skip
