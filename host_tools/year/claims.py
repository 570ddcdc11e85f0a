"""Ledger, plant, journal and refill history must tell the same year; here each is held against
the others. A claim that does not hold says what was found and what is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from host_tools.alarms import ALARMS
from host_tools.demo.claims import Claim
from host_tools.year.evidence import Evidence
from host_tools.year.figures import (
    BUTTON,
    SCHEDULE,
    UG_PER_NL_UG_ML,
    Figures,
    of_kind,
    program_at,
)
from host_tools.year.program import LOCKOUT_S
from host_tools.year.scenario import STRONGER
from picodose import codes

_TURN_STEPS = 851  # of a stall, what the index sensor does not tell
_AT_A_CHANGE_S = 5  # dosing begins a tick or two after a start, a boot or a commit
_AT_A_BOLUS_S = 4
_POWER_ONS = 5  # the first, three outages, fresh cells
_EXPECTED = {codes.AL_POWER_LOST, codes.AL_CLOCK_LOST, codes.AL_ROTOR, codes.AL_REPLACE_SOON}
_ALLOWED = _EXPECTED | {codes.AL_LOW_RESERVOIR, codes.AL_UNDER_DELIVERY}


def check(figures: Figures, evidence: Evidence) -> list[Claim]:
    """Judge every claim."""
    return [Claim(name, tuple(judge(figures, evidence))) for name, judge in _CLAIMS.items()]


def _conserved(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    if evidence.balance_fl or evidence.balance_ag:
        yield f"{evidence.balance_fl} fl of water, {evidence.balance_ag} ag appeared"


def _pin_and_plant(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    if evidence.edges != evidence.moved + evidence.lost:
        yield f"{evidence.edges} edges, {evidence.moved} steps moved, {evidence.lost} lost"
    dispensed_nl = evidence.samples[-1].dispensed_nl
    if abs(dispensed_nl - evidence.nl(evidence.moved)) > float(evidence.nl_per_step):
        yield f"{evidence.moved} steps moved, but dispensed {dispensed_nl:.1f} nL"


def _ledger(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    status = evidence.status
    most = status["confirmed_steps"]
    least = most - status["uncertain_steps"]
    if not least <= evidence.edges <= most:
        yield f"{evidence.edges} edges at the pin; confirmed {most}, of which {most - least} " \
            "uncertain"  # fmt: skip
    if not status["granted_steps"] >= status["commanded_steps"] >= most:
        yield f"granted {status['granted_steps']}, commanded {status['commanded_steps']}"


def _mass(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Ordered, less what the stall lost, left the tip: over both bridges too."""
    slack_ug = 0.0
    for stretch in evidence.stretches:
        slack_nl = stretch.program.day_nl_h * _AT_A_CHANGE_S / 3_600 + 2 * evidence.nl(1)
        slack_ug += slack_nl * stretch.program.conc_ug_ml * UG_PER_NL_UG_ML
    for bolus in figures.boluses:  # the tick may change where it begins and where it ends
        program = program_at(evidence, bolus.t_s)
        slack_nl = program.day_nl_h * _AT_A_BOLUS_S / 3_600 + evidence.nl(1)
        slack_ug += slack_nl * program.conc_ug_ml * UG_PER_NL_UG_ML
    conc_ug_ml = program_at(evidence, evidence.scenario.stall_s()).conc_ug_ml
    lost_ug = evidence.nl(evidence.lost) * conc_ug_ml * UG_PER_NL_UG_ML
    gap_ug = figures.ordered_ug - lost_ug - figures.given_ug
    if abs(gap_ug) > slack_ug:
        yield f"ordered {figures.ordered_ug:.2f} ug, the stall lost {lost_ug:.2f}, but " \
            f"{figures.given_ug:.2f} left the tip; {slack_ug:.2f} may be under way"  # fmt: skip


def _boluses(figures: Figures, evidence: Evidence) -> Iterator[str]:
    by_button = [bolus.t_s for bolus in figures.boluses if bolus.origin == BUTTON]
    presses = len(evidence.scenario.presses_s())
    if len(by_button) + figures.refused != presses:
        yield f"{presses} presses, {len(by_button)} boluses, {figures.refused} refused"
    for before_s, after_s in zip(by_button, by_button[1:], strict=False):
        if after_s - before_s < LOCKOUT_S - 60:  # the clock was set by so much at most
            yield f"two boluses within {after_s - before_s:.0f} s"
    mornings = sum(stretch.mornings() for stretch in evidence.stretches)
    begun = sum(bolus.origin == SCHEDULE for bolus in figures.boluses)
    missed = len(of_kind(evidence.entries, "EV_BOLUS_MISSED"))
    if mornings != begun + missed:
        yield f"{mornings} morning boluses ordered, {begun} begun, {missed} missed"


def _refills(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    told = [(r.found_nl, r.filled_nl) for r in evidence.refills]
    kept = [(r["measured_nl"], r["filled_nl"]) for r in evidence.history]
    if told != kept:
        yield f"told {told}, the history has {kept}"
    unsure_nl = evidence.nl(evidence.status["uncertain_steps"] + evidence.lost) + 100
    for refill, row in zip(evidence.refills, evidence.history, strict=False):
        gap_nl = refill.found_nl - row["expected_nl"]
        if not -100 <= gap_nl <= unsure_nl or refill.reply["blocked"]:
            yield f"found {refill.found_nl} nL, expected {row['expected_nl']}"
    left_nl, told_nl = evidence.samples[-1].reservoir_nl, evidence.status["reservoir_nl"]
    if not -100 <= left_nl - told_nl <= unsure_nl:
        yield f"at the end {left_nl:.0f} nL are in it, the pump says {told_nl}"


def _journal(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    for ring in ("events", "faults"):
        seqs = [entry.seq for entry in evidence.entries if entry.ring == ring]
        gaps = sum(b != a + 1 for a, b in zip(seqs, seqs[1:], strict=False))
        if gaps:
            yield f"{gaps} gaps among {len(seqs)} entries of {ring}"
    boots = sum(entry.a == 0 for entry in of_kind(evidence.entries, "EV_BOOT"))
    counts = {
        "EV_COMMIT": len(evidence.programs),
        "EV_REFILL": len(evidence.refills) + 1,
        "EV_BRIDGE": 2 * len(STRONGER),
    }
    found = Counter(entry.kind for entry in evidence.entries if entry.ring == "events")
    for kind, count in counts.items():
        if found[kind] != count:
            yield f"{found[kind]} times {kind} in the journal, {count} happened"
    if boots != _POWER_ONS:
        yield f"{boots} power-ons in the journal, {_POWER_ONS} happened"


def _stall(_figures: Figures, evidence: Evidence) -> Iterator[str]:
    missed_nl = sum(
        entry.a for entry in of_kind(evidence.entries, "EV_MISSED") if entry.b == codes.AL_ROTOR
    )
    lost_nl = evidence.nl(evidence.lost)
    if not lost_nl or abs(missed_nl - lost_nl) > evidence.nl(_TURN_STEPS):
        yield f"the stall kept back {lost_nl:.0f} nL, {missed_nl} nL are journaled as missed"


def _alarms(figures: Figures, _evidence: Evidence) -> Iterator[str]:
    seen = {alarm.code for alarm in figures.alarms}
    for code in sorted(_EXPECTED - seen):
        yield f"{ALARMS[code].name} never came"
    for code in sorted(seen - _ALLOWED):
        yield f"{ALARMS[code].name} had no cause"


_CLAIMS: dict[str, Callable[[Figures, Evidence], Iterator[str]]] = {
    "water and fluid are conserved": _conserved,
    "pin, rotor and water agree": _pin_and_plant,
    "the ledger holds the pin's edges": _ledger,
    "what was ordered left the tip": _mass,
    "every press and every morning is accounted for": _boluses,
    "the refill history tells what was measured": _refills,
    "the journal is whole and tells what happened": _journal,
    "what the stall kept back is missed": _stall,
    "alarms came with their cause and only then": _alarms,
}
