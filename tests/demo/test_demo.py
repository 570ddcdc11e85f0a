"""The command from end to end, on a short day; the whole day is in the slow tier."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from vcd.reader import TokenKind, tokenize

from host_tools.book.entries import Entry, with_wall_times
from host_tools.demo import __main__ as demo
from host_tools.demo.evidence import Evidence
from host_tools.demo.figures import Figures, figures_of
from host_tools.demo.files import WRITERS, day_of, window_s
from tests.demo.short_days import EXAMPLES, live_short

FILES = ["beeper.wav", "day.png", "dose_log.csv", "journal.jsonl", "pins.vcd"]


@pytest.mark.slow
def test_two_runs_write_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("first", "second"):
        assert demo.main(["--short", "--out", str(tmp_path / name)]) == 0
    assert sorted(p.name for p in (tmp_path / "first").iterdir()) == FILES
    for name in FILES:
        first, second = (tmp_path / run / name for run in ("first", "second"))
        assert first.read_bytes() == second.read_bytes(), name
    assert "all hold" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.req("THER-1", "DEL-1", "RES-1", "BAT-1", "CLK-1", "ALM-1", "REC-5")
@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.toml")))
def test_a_whole_day_of_every_example_holds_its_claims(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = demo.main(["--rx", str(EXAMPLES / f"{name}.toml"), "--out", str(tmp_path)])
    assert code == 0, capsys.readouterr().out


def test_a_wrong_claim_makes_the_command_fail_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    evidence: Evidence,
) -> None:  # fmt: skip
    false = replace(evidence, balance_fl=7)
    monkeypatch.setattr(demo, "live", lambda *_: false)
    monkeypatch.setattr(demo, "write_all", lambda *_: [])
    assert demo.main(["--short", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "WRONG: water is conserved" in said
    assert "7 fl of water" in said


def test_a_bad_file_gets_every_error_at_once_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('mode = "day"\ncolour = "red"\n[[step]]\nat = "25:00"\nrate = "-8 uL/h"\n')
    assert demo.main(["--rx", str(bad), "--out", str(tmp_path / "out")]) == 1
    lines = capsys.readouterr().err.splitlines()
    for number, what in ((2, "no such key"), (4, "time of day"), (5, "above zero")):
        assert any(f"line {number}:" in line and what in line for line in lines), (what, lines)
    assert not (tmp_path / "out").exists()


def test_no_file_at_all_is_another_exit_code(tmp_path: Path) -> None:
    assert demo.main(["--rx", str(tmp_path / "none.toml")]) == 2


@pytest.mark.req("THER-7", "THER-10", "REC-5", "LIM-4", "RES-1", "BAT-1")
def test_the_rows_of_the_short_day(figures: Figures, evidence: Evidence) -> None:
    programmed = [row.programmed_nl for row in figures.rows]
    # 8 uL/h, the bolus of 4 uL at 06:30, then 24 uL/h; a quarter of an hour each
    assert programmed == [2000, 2000, 10_000, 6000, 6000, 6000, 6000, 6000]
    # 07:00: two minutes without power and a second to start, then the fallback of 8 until 07:10
    lost_nl = 24_000 * 121.2 / 3600 + 16_000 * (600 - 121.2) / 3600
    assert figures.rows[4].missed_nl == pytest.approx(lost_nl, abs=2)
    raised = [evidence.scenario.clock(a.start_wall_s - evidence.scenario.wall_s(0))
              for a in figures.alarms]  # fmt: skip
    assert len(raised) == 7
    assert raised == sorted(raised)


def test_the_journal_has_wall_times_even_where_the_pump_did_not_know() -> None:
    unknown = Entry("events", 0, 2, "EV_BOOT", 0, 500, None, False, 0, 2, 0)
    known = replace(unknown, seq=1, mono_ms=60_400, wall_s=1_000, wall_known=True)
    other_boot = replace(unknown, seq=2, boot=3)
    first, _, last = with_wall_times([unknown, known, other_boot])
    assert first.wall_s == 1_000 - 60
    assert last.wall_s is None


@pytest.mark.slow
def test_the_picture_is_a_page_of_300_dpi(
    tmp_path: Path, figures: Figures, evidence: Evidence
) -> None:
    WRITERS["day.png"](figures, evidence, tmp_path / "day.png")
    with Image.open(tmp_path / "day.png") as picture:
        assert picture.size == (4800, 3390)


def test_the_sound_is_short_enough_to_listen_to(
    tmp_path: Path, figures: Figures, evidence: Evidence
) -> None:
    path = tmp_path / "beeper.wav"
    WRITERS["beeper.wav"](figures, evidence, path)
    with wave.open(str(path)) as sound:
        assert 10 < sound.getnframes() / sound.getframerate() < 40


def test_the_logs_hold_the_day(tmp_path: Path, figures: Figures, evidence: Evidence) -> None:
    for name in ("dose_log.csv", "journal.jsonl"):
        WRITERS[name](figures, evidence, tmp_path / name)
    lines = (tmp_path / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines].count("EV_ALARM") == 7
    log = (tmp_path / "dose_log.csv").read_text().splitlines()
    assert len(log) == 1 + 121
    # half an hour at 8 uL/h is 4 uL, and so much has left the tip
    assert log[31].startswith("1800,06:30:00,24000,4000.0,4000.0,")


def test_the_pins_are_shown_when_the_bolus_begins(
    tmp_path: Path, figures: Figures, evidence: Evidence
) -> None:
    path = tmp_path / "pins.vcd"
    assert "a bolus begins" in WRITERS["pins.vcd"](figures, evidence, path)
    tokens = list(tokenize(io.BytesIO(path.read_bytes())))
    code = next(t.var.id_code for t in tokens
                if t.kind is TokenKind.VAR and t.var.reference == "STEP")  # fmt: skip
    rises = [t for t in tokens if t.kind is TokenKind.CHANGE_SCALAR
             and t.scalar_change.id_code == code and t.scalar_change.value == "1"]  # fmt: skip
    # 20 s at 8 uL/h are 3.6 steps, 40 s at 24 uL/h and the bolus of 24 uL/h are 42.7
    assert 45 <= len(rises) <= 48


def test_without_a_bolus_the_pins_are_shown_at_a_change_of_rate_or_at_noon() -> None:
    evidence = live_short("constant")
    assert window_s(evidence) == (7140.0, "a steady rate")
    stepped = replace(evidence.order, points=((0, 8000), (1800, 24_000)))
    assert window_s(replace(evidence, order=stepped)) == (1780, "the rate changes")


@pytest.mark.req("THER-1", "THER-10")
def test_a_single_bolus_runs_from_stopped_and_ends_stopped() -> None:
    evidence = live_short("single_bolus")
    figures = figures_of(evidence)
    assert figures.total.dispensed_nl == 5_000
    assert figures.total.missed_nl == 0
    assert [r.status["state"] for r in evidence.readings] == ["stopped", "bolus"] + ["stopped"] * 7
    day = day_of(figures, evidence)
    assert [(b.start_s, b.amount_nl) for b in day.boluses] == [(600.0, 5000.0)]
