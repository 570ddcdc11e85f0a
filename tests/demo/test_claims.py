"""Each claim is broken in turn; it must notice, and say so by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from host_tools.demo import claims
from host_tools.demo.claims import check
from host_tools.demo.evidence import Evidence, rises_of
from host_tools.demo.figures import Figures
from host_tools.demo.oracle import Order, OrderedBolus
from picodose import codes
from shim.trace.track import Track

Pair = tuple[Figures, Evidence]
Break = Callable[[Figures, Evidence], Pair]


def wrong(figures: Figures, evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """The claims that do not hold."""
    return {c.name: c.wrong for c in check(figures, evidence) if not c.holds}


def status(k: int, **changes: Any) -> Break:
    """Another answer of the pump to the k-th reading; a number is added to what it said."""

    def change(figures: Figures, evidence: Evidence) -> Pair:
        said = evidence.readings[k].status
        new = {
            key: value if isinstance(value, str) else said[key] + value
            for key, value in changes.items()
        }
        readings = list(evidence.readings)
        readings[k] = replace(readings[k], status={**said, **new})
        return figures, replace(evidence, readings=readings)

    return change


def row(k: int, **nl: float) -> Break:
    """Another figure in the k-th row; a volume is added to what it says."""

    def change(figures: Figures, evidence: Evidence) -> Pair:
        rows = list(figures.rows)
        new = {key: getattr(rows[k], key) + value for key, value in nl.items()}
        rows[k] = replace(rows[k], **new)
        return replace(figures, rows=rows), evidence

    return change


def alarm(which: int, **changes: Any) -> Break:
    """Another story of every alarm of this code; numbers are added."""

    def change(figures: Figures, evidence: Evidence) -> Pair:
        alarms = [
            replace(a, **{key: getattr(a, key) + value for key, value in changes.items()})
            if a.code == which
            else a
            for a in figures.alarms
        ]
        return replace(figures, alarms=alarms), evidence

    return change


def without_alarm(code: int) -> Break:
    """As if it had never been raised."""
    return lambda f, e: (replace(f, alarms=[a for a in f.alarms if a.code != code]), e)


def bolus_entry(kind: str, nl: int) -> Break:
    """Another amount in the journal."""

    def change(figures: Figures, evidence: Evidence) -> Pair:
        entries = [replace(e, a=e.a + nl) if e.kind == kind else e for e in evidence.entries]
        return figures, replace(evidence, entries=entries)

    return change


def burst(count: int, at_s: float) -> Break:
    """More pulses at the pin than there were, all within a second."""

    def change(figures: Figures, evidence: Evidence) -> Pair:
        real, edges = evidence.recorder.tracks["STEP"], Track()
        at_ns = evidence.ns(at_s)
        records = [*real.records(), (at_ns, 1_000, 500, count)]
        for start_ns, period_ns, high_ns, pulses in sorted(records):
            if pulses:
                edges.train(start_ns, period_ns, high_ns, pulses)
            else:
                edges.edge(start_ns, high_ns)
        recorder = replace_track(evidence, edges)
        return figures, replace(evidence, recorder=recorder)

    return change


def replace_track(evidence: Evidence, track: Track) -> Any:
    """The recorder with another history of the STEP line."""
    from shim.trace.recorder import Recorder

    recorder = Recorder()
    recorder.tracks = {**evidence.recorder.tracks, "STEP": track}
    return recorder


CASES: list[tuple[str, Break]] = [
    ("granted >= commanded >= confirmed", status(3, granted_steps=-3)),
    ("granted >= commanded >= confirmed", status(3, commanded_steps=-3)),
    ("confirmed is what the plant moved", status(3, confirmed_steps=2)),
    ("confirmed is what the plant moved", status(3, confirmed_steps=-8)),
    ("confirmed is what the plant moved", status(-1, uncertain_steps=-482)),
    ("granted leads by two segments at most", status(3, granted_steps=20)),
    ("granted leads by two segments at most", status(3, granted_steps=-8)),
    ("dispensed is the steps at the pin", row(2, dispensed_nl=12.5)),
    ("dispensed is the steps at the pin", burst(1, 1000.0)),
    ("programmed - missed = dispensed", row(2, programmed_nl=100.0)),
    ("programmed - missed = dispensed", row(4, missed_nl=-100.0)),
    ("granted and confirmed fit dispensed in every row", row(1, granted_nl=300.0)),
    ("granted and confirmed fit dispensed in every row", row(1, confirmed_nl=-300.0)),
    ("the totals add up", row(1, uncertain_nl=12.5)),
    ("with power on nothing is missed", status(2, missed_nl=1)),
    ("the pump goes on by itself", status(-1, state="stopped")),
    ("boluses are given whole, on time", bolus_entry("EV_BOLUS_BEGIN", -1)),
    ("boluses are given whole, on time", bolus_entry("EV_BOLUS_END", -1)),
    ("no rolling cap is ever passed", burst(119_000, 1000.0)),  # 1.49 mL, and therapy
    ("nothing is caught up", burst(75, 2000.0)),
    ("water is conserved", lambda f, e: (f, replace(e, balance_fl=1))),
    ("water is conserved", lambda f, e: (f, replace(e, steps_lost=1))),
    ("the pump knows its reservoir", status(2, reservoir_nl=200)),
    ("the pump knows its reservoir", status(2, reservoir_nl=-300)),
    ("the pump knows the time", status(2, wall_s=2)),
    (
        "the journal is whole",
        lambda f, e: (f, replace(e, entries=[*e.entries[:5], *e.entries[6:]])),
    ),
    ("alarms came when their cause did", without_alarm(codes.AL_LOW_BATTERY)),
    ("alarms came when their cause did", without_alarm(codes.AL_POWER_LOST)),
    ("alarms came when their cause did", alarm(codes.AL_LOW_RESERVOIR, start_wall_s=200)),
    ("alarms came when their cause did", alarm(codes.AL_LOW_RESERVOIR, start_wall_s=-200)),
    ("alarms came when their cause did", alarm(codes.AL_CLOCK_LOST, start_wall_s=140)),
    ("no alarm without its cause", alarm(codes.AL_REPLACE_SOON, code=1)),
    ("alarms ended as stated", alarm(codes.AL_CLOCK_LOST, end_wall_s=60)),
    ("alarms were heard", lambda f, e: (f, replace(e, notes=[]))),
    ("alarms were heard", alarm(codes.AL_REPLACE_SOON, start_wall_s=7)),
]


def test_the_day_as_it_was_has_no_wrong_claim(figures: Figures, evidence: Evidence) -> None:
    assert wrong(figures, evidence) == {}


@pytest.mark.parametrize(("name", "break_it"), CASES)
def test_a_wrong_figure_is_named(
    name: str, break_it: Break, figures: Figures, evidence: Evidence
) -> None:
    assert name in wrong(*break_it(figures, evidence))


@pytest.mark.parametrize(
    ("starts_s", "holds"),
    [
        ([-10, 1490, 2990, 4490, 5990], True),
        ([-10, 1490, 2990, 5500, 7000], True),  # 120 s without power, 15 min unrecorded
        ([-10, 1490, 2990, 4400, 5900], False),
        ([-10, 1490, 2990, 5600, 7100], False),
        ([-10, 1490, 2990], False),
        ([-10, 1600, 3100, 4600, 6100], False),
    ],
)
def test_periodic_boluses_come_no_closer_and_late_by_the_outage_alone(
    starts_s: list[int], holds: bool, evidence: Evidence
) -> None:
    boluses = tuple(OrderedBolus(Fraction(t_s), Fraction(60), 1000) for t_s in starts_s)
    order = Order("periodic", ((0, 250),), boluses, 250, every_s=1500)
    assert holds == (not list(claims._distance_kept(replace(evidence, order=order))))


def test_no_claim_is_without_a_case_that_breaks_it(figures: Figures, evidence: Evidence) -> None:
    assert {name for name, _ in CASES} == {claim.name for claim in check(figures, evidence)}


def test_rises_of_trains_and_of_single_edges() -> None:
    # a pulse told as two edges at 10 and 14, then three pulses 5 apart from 100 on
    records = [(10, 0, 1, 0), (14, 0, 0, 0), (100, 5, 2, 3)]
    assert list(rises_of(np.array(records, dtype=np.int64))) == [10, 100, 105, 110]
