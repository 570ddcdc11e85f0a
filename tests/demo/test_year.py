"""The year, cut to 30 days: ledger, plant, journal and refill history agree; its page."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from host_tools.book.entries import Entry
from host_tools.year.claims import check
from host_tools.year.evidence import Evidence, Stretch
from host_tools.year.figures import figures_of
from host_tools.year.picture import year_picture
from host_tools.year.program import LOCKOUT_S, Program
from host_tools.year.run import YearRun
from host_tools.year.scenario import DAY_S, Scenario
from picodose import codes
from picodose.record.journal import EVENT_FILES, FAULT_FILES
from picodose.therapy.limits import Limits
from picodose.therapy.prescription import parse
from profiles import active as profile
from shim.flash import SECTOR_COUNT
from shim.image import built_image
from shim.virtual_pico import REPO_DEVICE_DIR, VirtualPico

UNITS_PER_NL = 3_600_000


def wrong(evidence: Evidence) -> list[str]:
    """Names of the claims that do not hold."""
    return [claim.name for claim in check(figures_of(evidence), evidence) if not claim.holds]


@pytest.mark.slow(160)
@pytest.mark.timeout(600)
@pytest.mark.req(
    "THER-1", "THER-3", "THER-5", "RES-1", "RES-2", "BAT-1", "CLK-1", "REC-2", "REC-5", "DEL-1"
)
def test_thirty_days_of_all_of_it_hold_their_claims_and_fit_on_a_page(tmp_path: Path) -> None:
    evidence = YearRun(Scenario(days=30)).run()
    claims = check(figures_of(evidence), evidence)
    assert [claim for claim in claims if not claim.holds] == []
    year_picture(figures_of(evidence), evidence, tmp_path / "year.png")
    with Image.open(tmp_path / "year.png") as page:
        assert page.size == (4800, 3390)
    for name, false in falsified(evidence).items():
        assert name in wrong(false), name


def falsified(evidence: Evidence) -> dict[str, Evidence]:
    """Evidence that is wrong in one thing, by the claim that must notice."""
    last, row = evidence.samples[-1], evidence.history[1]
    longest = max(evidence.stretches, key=lambda stretch: stretch.t1_s - stretch.t0_s)
    fewer = [e for e in evidence.entries if e is not evidence.entries[200]]
    return {
        "water and fluid are conserved": replace(evidence, balance_ag=1),
        "pin, rotor and water agree": replace(evidence, moved=evidence.moved + 2),
        "the ledger holds the pin's edges": replace(
            evidence, edges=evidence.status["confirmed_steps"] + 1
        ),
        "what was ordered left the tip": replace(
            evidence, samples=[*evidence.samples[:-1], replace(last, mass_ug=last.mass_ug + 10)]
        ),
        "every press and every morning is accounted for": replace(
            evidence, stretches=[*evidence.stretches, longest]
        ),
        "the refill history tells what was measured": replace(
            evidence, history=[row, *evidence.history[1:]]
        ),
        "the journal is whole and tells what happened": replace(evidence, entries=fewer),
        "what the stall kept back is missed": replace(evidence, lost=evidence.lost + 2_000),
        "alarms came with their cause and only then": replace(
            evidence, entries=[e for e in evidence.entries if not _rotor(e)]
        ),
    }


def _rotor(entry: Entry) -> bool:
    return entry.kind == "EV_ALARM" and entry.a == codes.AL_ROTOR


@pytest.mark.parametrize("ug_day", [60, 84, 137])
def test_the_second_opinion_orders_what_the_pump_s_own_curve_does(ug_day: int) -> None:
    program = Program(ug_day, 500)
    rx = parse(program.raw(), Limits(250, 10**6, profile.BOLUS_MAX_NL, 10**6, profile.CAPS))
    for t0_s, t1_s in ((0, DAY_S), (5 * 3_600, 23 * 3_600), (80_000, 3 * DAY_S + 20_000)):
        own = program.basal_nl(Fraction(t0_s), Fraction(t1_s))
        own += program.mornings(Fraction(t0_s), Fraction(t1_s)) * program.morning_nl
        units = rx.curve.volume_units(t0_s * 1_000, t1_s * 1_000)
        assert own == Fraction(units, UNITS_PER_NL)
    day_nl = program.basal_nl(Fraction(0), Fraction(DAY_S)) + program.morning_nl
    assert float(day_nl) * 500 / 1e6 == pytest.approx(ug_day, rel=0.01)


@pytest.mark.parametrize("days", [30, 365])
def test_nothing_meets_a_visit_or_another_mishap(days: int) -> None:
    s = Scenario(days=days)
    visits, presses = s.visits_s(), s.presses_s()
    mishaps = [(o.at_s, o.back_s) for o in s.outages()] + [(s.stall_s(), s.stall_s() + DAY_S)]
    assert len(visits) == 12 and len(mishaps) == 4
    assert all(not t0_s <= t_s <= t1_s for t_s in visits for t0_s, t1_s in mishaps)
    assert all(abs(t_s - press_s) > 1_800 for t_s in visits for press_s in presses)
    assert any(b - a < LOCKOUT_S for a, b in zip(presses, presses[1:], strict=False))
    assert s.presses_s() == presses != Scenario(days=days, seed=2).presses_s()


def test_a_stretch_without_a_clock_orders_the_night_s_rate() -> None:
    program = Program(84, 500)
    blind, seeing = (Stretch(0, 36_000, program, 18_000.0, known) for known in (False, True))
    assert blind.basal_nl() == 10 * program.night_nl_h
    assert seeing.basal_nl() == program.night_nl_h + 9 * program.day_nl_h
    assert blind.mornings() == seeing.mornings() == 1


@pytest.mark.req("REC-2")
def test_a_year_s_flash_has_room_for_all_that_the_journal_keeps() -> None:
    pico = VirtualPico(flash=built_image(REPO_DEVICE_DIR))
    pico.run_for(4000)
    assert b"picodose: ready" in pico.console
    assert SECTOR_COUNT - pico.fs.used_blocks() >= 2 * (EVENT_FILES + FAULT_FILES)
