"""Beeper: pulses in, notes out."""

from __future__ import annotations

import pytest

from shim.plant.beeper import Beeper, Note
from tests.plant.conftest import Wire

MS = 1_000_000
BEEPER = 15
# Half periods in us as integer division gives them for C5 D4 G4.
HALF_US = {"C5": 956, "D4": 1703, "G4": 1276}
HERTZ = {"C5": 523.25, "D4": 293.66, "G4": 392.00}


def tone(beeper: Beeper, t0_ns: int, half_us: int, duration_ms: int) -> int:
    count = duration_ms * 1000 // (2 * half_us)
    beeper.train(t0_ns, 2_000 * half_us, 1_000 * half_us, count)
    return t0_ns + count * 2_000 * half_us


def test_ten_pulses_of_2_ms_are_one_note_of_500_hz_and_20_ms() -> None:
    beeper = Beeper()
    beeper.train(100 * MS, 2 * MS, 1 * MS, 10)
    assert beeper.notes() == [Note(100 * MS, 20 * MS, 500.0, 10)]


def test_edges_and_trains_give_the_same_note() -> None:
    whole, single = Beeper(), Beeper()
    whole.train(0, 2 * MS, 1 * MS, 10)
    for k in range(10):
        single.edge(2 * k * MS, 1)
        single.edge((2 * k + 1) * MS, 0)
    assert single.notes() == whole.notes()


@pytest.mark.parametrize("cut", [1, 2, 3, 40, 74])
def test_a_note_cut_into_two_trains_stays_one_note(cut: int) -> None:
    beeper = Beeper()
    period_ns = 2_000 * HALF_US["C5"]
    beeper.train(0, period_ns, period_ns // 2, cut)
    beeper.train(cut * period_ns, period_ns, period_ns // 2, 75 - cut)
    (note,) = beeper.notes()
    assert note.pulses == 75
    assert note.frequency_hz == pytest.approx(523.0, abs=0.1)


def test_three_notes_with_rests_are_found_with_pitch_start_and_length() -> None:
    beeper = Beeper()
    for start_ms, name in ((0, "C5"), (441, "D4"), (881, "G4")):
        tone(beeper, start_ms * MS, HALF_US[name], 220)
    notes = beeper.notes(3_000 * MS)
    assert [n.start_ns // MS for n in notes] == [0, 441, 881]
    for note, name in zip(notes, ("C5", "D4", "G4"), strict=True):
        assert note.frequency_hz == pytest.approx(HERTZ[name], rel=0.002)
        assert 215 * MS < note.duration_ns <= 220 * MS


def test_notes_without_a_rest_between_are_told_apart() -> None:
    beeper, t_ns = Beeper(), 0
    for name in ("D4", "C5", "G4"):
        t_ns = tone(beeper, t_ns, HALF_US[name], 100)
    notes = beeper.notes()
    assert [round(n.frequency_hz) for n in notes] == [294, 523, 392]
    assert all(a.end_ns <= b.start_ns + 4 * MS for a, b in zip(notes, notes[1:], strict=False))
    assert sum(n.duration_ns for n in notes) == pytest.approx(t_ns, rel=0.01)


def test_a_rest_of_15_ms_ends_a_note_of_the_same_pitch() -> None:
    beeper = Beeper()
    end_ns = tone(beeper, 0, HALF_US["C5"], 100)
    tone(beeper, end_ns + 15 * MS, HALF_US["C5"], 100)
    assert len(beeper.notes()) == 2


def test_one_pulse_is_a_click_as_long_as_it_is_wide() -> None:
    beeper = Beeper()
    beeper.train(0, 3 * MS, 3 * MS, 1)
    assert beeper.notes() == [Note(0, 3 * MS, 0.0, 1)]


def test_notes_reach_the_bench_through_the_line(wire: Wire) -> None:
    board, bench = wire()
    for _ in range(50):
        board.set(BEEPER, 1)
        board.wait_ns(1_000_000)
        board.set(BEEPER, 0)
        board.wait_ns(1_000_000)
    board.wait_ns(100 * MS)
    (note,) = bench.beeper.notes(board.now_ns)
    assert note == Note(0, 100 * MS, 500.0, 50)
