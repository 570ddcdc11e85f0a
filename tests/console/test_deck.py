"""The deck on a virtual pump: what it shows, what it does, how it refuses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_tools.book import Book
from host_tools.console import deeds
from host_tools.console.deck import Deck
from host_tools.console.view import PatientBolus
from host_tools.console.worlds import SimWorld
from host_tools.faults import FAULTS
from host_tools.link.errors import PumpError
from host_tools.report.facts import facts_of
from host_tools.rx.read import BadPlanError
from tests.console.deck_bench import CONST, NOON_S, Bench

EXAMPLES = Path(__file__).resolve().parents[2] / "host_tools" / "examples"
DAY = (EXAMPLES / "day_night.toml").read_text()
HOUR_S = 3600
NL_PER_STEP = 12.5


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """A commissioned pump for tests that leave it stopped."""
    bench = Bench(prepared=True)
    yield bench
    bench.deck.close()


def test_a_fresh_pump_has_its_clock_and_waits_for_a_person() -> None:
    bench = Bench()
    bench.deck.step()
    view = bench.deck.view
    assert (view.kind, view.state, view.linked, view.stale) == ("sim", "stopped", True, False)
    assert view.world.startswith("VIRTUAL PUMP") and view.wall.startswith("2026-11-14 12:00:0")
    assert view.status["calibration"] == "uncalibrated"
    assert view.reservoir_nl == view.reservoir_full_nl == 20_000_000
    assert view.plan.mode == "none" and view.plan.text == "" and view.faults == tuple(FAULTS)
    bench.ask("accept_nominal")
    bench.deck.step()
    assert bench.deck.view.status["calibration"] == "nominal"


def test_a_bolus_arrives_and_stop_ends_it(bench: Bench) -> None:
    assert bench.ask("bolus", amount_nl=2000, duration_ms=10_000)["bolus_nl"] == 2000
    bench.until(lambda: bench.deck.view.confirmed_nl >= 1000)
    view = bench.deck.view
    assert view.state == "bolus" and abs((view.dispensed_nl or 0) - view.confirmed_nl) < 200
    assert view.rate_nl_h == 720_000 and 1.9 < view.speed_reached / view.speed * 2 < 2.1
    bench.ask("stop")
    bench.until(lambda: bench.deck.view.state == "stopped", 1.0)
    view = bench.deck.view
    assert 1000 <= view.confirmed_nl <= view.programmed_nl < 1500
    assert view.series.confirmed_nl[-1] == view.confirmed_nl
    assert list(view.series.t_s) == sorted(view.series.t_s)
    bench.until(lambda: "stopped" in bench.deck.view.journal[0])


def test_a_program_is_shown_beside_the_present_one_and_the_next_dose_changes() -> None:
    bench = Bench(prepared=True)
    staged = bench.program(CONST.format(8))
    assert staged["needs"] == ["first"] and "first program" in staged["warnings"][0]
    assert ("total per 24 h", "none", "192 µL") in staged["side_by_side"]
    bench.ask("start")
    bench.ask("speed", factor=math.inf)
    assert _dose_of_an_hour(bench) == pytest.approx(8_000, abs=13)
    staged = bench.program(CONST.format(16))
    assert staged["needs"] == ["change"] and ("change", "", "+100 %") in staged["side_by_side"]
    assert ("total per 24 h", "192 µL", "384 µL") in staged["side_by_side"]
    assert _dose_of_an_hour(bench) == pytest.approx(16_000, abs=13)
    bench.deck.step()
    plan = bench.deck.view.plan
    assert plan.steps == (("00:00", 16_000),) and plan.text == CONST.format(16)


def _dose_of_an_hour(bench: Bench) -> int:
    """By the turns of the rotor, whose tube is a little off its nominal volume."""
    begun = bench.world.bench.steps_moved
    bench.world.pico.run_for(HOUR_S * 1000)
    return round((bench.world.bench.steps_moved - begun) * NL_PER_STEP)


def test_the_plan_in_force_is_shown_with_its_boluses(bench: Bench) -> None:
    bench.program(DAY + '\n[patient]\nvolume = "2 uL"\nover = "1 min"\n'
                  'lockout = "1 h"\nmax_per_24h = 3\n')  # fmt: skip
    bench.deck.step()
    plan = bench.deck.view.plan
    assert plan.steps[:2] == (("00:00", 8_000), ("06:30", 24_000)) and plan.fluid == "water"
    assert [(one.start, one.amount_nl) for one in plan.boluses] == [
        ("06:30", 4000),
        ("17:30", 5000),
    ]
    assert plan.patient == PatientBolus(2000, 60_000, 3_600_000, 3)
    assert plan.title == "Day and night" and plan.total_24h_nl == 387_000 + 6_000


def test_a_wrong_text_is_told_with_its_lines_and_sends_nothing(bench: Bench) -> None:
    sent = bench.station.client._next_id
    with pytest.raises(BadPlanError, match="line 2: rate"):
        bench.ask("stage", text='mode = "const"\nrate = "9000 mL/h"\n')
    with pytest.raises(BadPlanError, match="line 1"):
        bench.ask("stage", text="[[[")
    for text in ("\ud800", "a = " + "[" * 5000):
        with pytest.raises(PumpError):
            bench.ask("stage", text=text)
    assert bench.station.client._next_id - sent < 16  # looks alone


@pytest.mark.parametrize(
    ("verb", "facts"),
    [
        ("fly", {}),
        ("bolus", {}),
        ("bolus", {"amount_nl": "x", "duration_ms": 1}),
        ("bolus", {"amount_nl": 4000.5, "duration_ms": 60_000}),
        ("bolus", {"amount_nl": True, "duration_ms": 60_000}),
        ("bolus", {"amount_nl": -1, "duration_ms": 60_000}),
        ("bolus", {"amount_nl": 10**30, "duration_ms": 60_000}),
        ("bolus", {"amount_nl": 4000, "duration_ms": 60_000, "override": "\x00ä"}),
        ("ack", {"code": 101}),
        ("ack", {"code": "all"}),
        ("pause_audio", {"ms": -1}),
        ("pause_audio", {"ms": 10**7}),
        ("commit", {"digest": 7}),
        ("commit", {"digest": 2**40}),
        ("refill", {"measured_nl": -1, "filled_nl": 1}),
        ("refill", {"measured_nl": 0, "filled_nl": 1, "fluid": "ink"}),
        ("cancel", {}),
        ("patient_bolus", {}),
        ("speed", {"factor": 0}),
        ("speed", {"factor": -math.inf}),
        ("speed", {"factor": math.nan}),
        ("speed", {"factor": "fast"}),
        ("fault", {"name": "earthquake"}),
        ("cut", {"off_s": -1.0}),
        ("cut", {"off_s": math.inf}),
        ("press", {"button": "doorbell"}),
        ("press", {"s": math.nan}),
        ("pour", {"nl": 10**12}),
        ("stage", {"text": b"mode"}),
    ],
)
def test_bad_input_is_refused(bench: Bench, verb: str, facts: dict[str, Any]) -> None:
    with pytest.raises(PumpError) as told:
        bench.ask(verb, **facts)
    assert "mistake" not in told.value.what
    assert told.value.safe and told.value.cause and told.value.command
    bench.deck.step()
    assert bench.deck.view.linked and bench.deck.view.trouble == ""


def test_an_alarm_is_seen_heard_and_acknowledged() -> None:
    bench = Bench(prepared=True, speed_factor=100.0)
    bench.ask("fault", name="lead")
    assert bench.deck.do("fault", name="lead") and bench.world.broken == {"lead"}
    bench.until(lambda: bool(bench.deck.view.alarms))
    view = bench.deck.view
    (alarm,) = view.alarms
    assert view.broken == ("lead",) and alarm.priority == view.tone and alarm.can_ack
    bench.ask("ack")
    bench.until(lambda: bench.deck.view.tone == "")
    assert bench.deck.view.alarms == () or bench.deck.view.alarms[0].acknowledged
    bench.ask("mend", name="lead")
    bench.until(lambda: bench.deck.view.alarms == () and bench.deck.view.broken == ())


def test_a_sound_is_told_by_its_name(bench: Bench) -> None:
    bench.ask("sound_test")
    heard = set()
    end_s = bench.clock.s + 15
    while bench.clock.s < end_s:
        bench.deck.step()
        heard.add(bench.deck.view.tone)
    assert heard == {"", "low", "medium", "high", "confirm", "refuse", "click"}


def test_a_pump_with_sensors_finds_a_kink_and_runs_on_when_it_is_mended() -> None:
    bench = Bench(prepared=True, profile="sensed_step", speed_factor=20.0)
    bench.program(CONST.format(900))
    bench.ask("start")
    bench.ask("fault", name="kink")
    bench.until(lambda: bool(bench.deck.view.alarms))
    view = bench.deck.view
    assert [one.name for one in view.alarms] == ["occlusion"] and view.tone == "high"
    assert view.state == "stopped" and view.reservoir_full_nl == 500_000_000
    with pytest.raises(PumpError):
        bench.ask("start")
    bench.ask("mend", name="kink")
    bench.for_s(1)
    bench.ask("ack")
    bench.until(lambda: not bench.deck.view.alarms)
    bench.ask("start")
    bench.until(lambda: bench.deck.view.state == "running", 1.0)


def test_every_fault_can_be_made_and_mended(bench: Bench) -> None:
    for name, fault in FAULTS.items():
        assert bench.ask("fault", name=name)["words"] == fault.words
        assert (name in bench.world.broken) == fault.lasts
        assert bench.ask("mend", name=name)["boots"] == fault.boots
    bench.for_s(6)
    assert bench.deck.view.linked and bench.deck.view.broken == ()
    assert bench.world.bench.battery.used(bench.world.pico.now_ns) < 0.01


def test_what_was_done_stands_in_the_record_and_in_a_report(tmp_path: Path) -> None:
    bench = Bench(book=tmp_path / "book.db", prepared=True)
    bench.ask("pour", nl=18_000_000)
    told = bench.ask("refill", measured_nl=14_000_000, filled_nl=18_000_000)
    assert told["gap_nl"] == -6_000_000 and told["blocked"]
    bench.ask("explain", text="spilt")
    bench.program(CONST.format(8) + "[trial]\ndays = 3\n")
    bench.ask("ack")
    bench.ask("start")
    bench.ask("score", points=7, text="steady")
    bench.for_s(1.5)
    bench.deck.close()
    with Book(tmp_path / "book.db") as book:
        (pump,) = book.pumps()
        facts = facts_of(book, pump)
        kinds = [entry.kind for entry in book.entries(pump, 0)]
    assert [why for _, why in facts.explanations] == ["spilt"]
    assert {"EV_BOOT", "EV_CALIBRATED", "EV_REFILL", "EV_COMMIT", "EV_SCORE"} <= set(kinds)
    assert [one.refill.filled_nl for one in facts.refills] == [18_000_000]
    assert [one.points for one in facts.calibrations] == [()]
    assert [(one.what, one.note) for one in facts.trials] == [
        ("start", "the plan"),
        ("score", "7 steady"),
    ]
    assert facts.readings[-1][1]["reservoir_nl"] == 18_000_000 and not facts.gaps


def test_a_record_that_cannot_be_kept_is_told_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "book.db").write_text("no record at all, but long enough to be looked at")
    bench = Bench(book=tmp_path / "book.db", prepared=True)
    assert bench.ask("bolus", amount_nl=2000, duration_ms=10_000)["bolus_nl"] == 2000
    assert bench.deck.view.linked and "book.db" in bench.deck.view.trouble
    bench.station.record._book.close()
    bench.ask("stop")
    bench.ask("accept_nominal")
    bench.for_s(1.5)
    assert bench.deck.view.linked and "record" in bench.deck.view.trouble


def test_a_mistake_of_the_console_is_told_and_it_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("nought")

    monkeypatch.setitem(deeds.OF_PUMP, "cancel", fail)
    with pytest.raises(PumpError, match="made a mistake at cancel: ZeroDivisionError"):
        bench.ask("cancel")
    with monkeypatch.context() as inner:
        inner.setattr(bench.world, "pass_time", fail)
        bench.deck.step()
        assert "ZeroDivisionError" in bench.deck.view.trouble and bench.deck.view.stale
    bench.for_s(0.5)
    assert bench.deck.view.trouble == "" and not bench.deck.view.stale


def test_its_own_thread_answers_and_closes() -> None:
    deck = Deck(prepared=True, wall_s=NOON_S, speed_factor=math.inf)
    deck.start()
    try:
        assert deck.do("bolus", amount_nl=4000, duration_ms=60_000).result(60) is not None
        assert deck.do("stop").result(60) == {"state": 0}
    finally:
        deck.close()
    with pytest.raises(PumpError, match="closed"):
        deck.do("start").result(0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whatever_ends_the_thread_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_world: object) -> bool:
        raise SystemExit

    deck = Deck(wall_s=NOON_S)
    deck.start()
    deck.do("clock").result(60)
    monkeypatch.setattr(SimWorld, "pass_time", end)
    assert deck._thread is not None
    deck._thread.join(60)
    with pytest.raises(PumpError, match="closed"):
        deck.do("stop").result(60)
    assert deck.view.stale and "closed" in deck.view.trouble
    deck.close()
