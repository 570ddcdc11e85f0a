"""The sound file, listened to by measuring it."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shim.plant.beeper import Beeper, Note
from shim.trace.wav import SAMPLE_HZ, as_heard, bursts, condense, samples, write_condensed

MS = 1_000_000
S = 1_000 * MS
HERTZ = {"C4": 261.63, "D4": 293.66, "E4": 329.63, "G4": 392.00, "C5": 523.25}


def pitch_hz(sound: Any) -> float:
    """The lowest of the strong partials, to a fraction of a hertz."""
    size = 1 << 19
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    strong = spectrum > 0.1 * spectrum.max()
    first = int(np.argmax(strong))
    last = first + int(np.argmin(strong[first:]))
    return float((first + np.argmax(spectrum[first:last])) * SAMPLE_HZ / size)


def cut(sound: Any, start_ns: int, duration_ns: int) -> Any:
    first = round(start_ns * SAMPLE_HZ / 1e9)
    return sound[first : first + round(duration_ns * SAMPLE_HZ / 1e9)].astype(float)


@pytest.mark.parametrize("name", HERTZ)
def test_each_note_sounds_at_its_pitch(name: str) -> None:
    sound = samples([(0, 220 * MS, HERTZ[name])])
    assert pitch_hz(cut(sound, 0, 220 * MS)) == pytest.approx(HERTZ[name], abs=1.0)


def test_pulses_on_the_pin_become_the_melody_that_was_played() -> None:
    beeper = Beeper()
    tune = (("C5", 0), ("D4", 441 * MS), ("G4", 881 * MS))
    for name, start_ns in tune:
        period_ns = round(1e6 / HERTZ[name] / 2) * 2_000  # half periods in whole us
        beeper.train(start_ns, period_ns, period_ns // 2, 220 * MS // period_ns)
    sound = samples(as_heard(beeper.notes(), 0, 2 * S))
    for name, start_ns in tune:
        assert pitch_hz(cut(sound, start_ns, 215 * MS)) == pytest.approx(HERTZ[name], rel=0.004)
    assert np.abs(cut(sound, 230 * MS, 200 * MS)).max() == 0
    assert np.abs(cut(sound, 670 * MS, 200 * MS)).max() == 0


def test_a_piezo_is_bright_where_it_resonates_and_never_clips() -> None:
    sound = samples([(0, 500 * MS, HERTZ["C5"])])
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_HZ)
    loud = [spectrum[np.abs(hertz - k * HERTZ["C5"]).argmin()] for k in (1, 7, 19, 2)]
    assert loud[1] > 0.5 * loud[0]  # 3.7 kHz: a plain square wave has 0.14
    assert loud[2] < 0.05 * loud[0]
    assert loud[3] < 0.01 * loud[0]  # a square wave has odd harmonics only
    assert 5_000 < np.abs(sound.astype(int)).max() < 32_767


def test_a_click_is_short_and_there() -> None:
    sound = samples([(100 * MS, 2 * MS, 0.0)])
    assert np.abs(cut(sound, 100 * MS, 5 * MS)).max() > 3_000
    assert np.abs(cut(sound, 140 * MS, 100 * MS)).max() == 0


def alarms(
    burst_starts_s: Iterable[float], hertz: tuple[float, ...] = (523.25, 293.66)
) -> list[Note]:
    return [
        Note(int(start_s * S) + k * 400 * MS, 200 * MS, f)
        for start_s in burst_starts_s
        for k, f in enumerate(hertz)
    ]


def test_bursts_are_what_a_silence_of_1_5_s_separates() -> None:
    assert [len(b) for b in bursts(alarms([0, 2.0, 4.2]))] == [4, 2]


def test_condensing_keeps_the_rhythm_inside_a_burst_and_cuts_the_waiting() -> None:
    placed = condense(alarms([3600, 7200]))
    starts = [start for start, _, _ in placed]
    assert starts[1] - starts[0] == 400 * MS
    assert starts[2] - (starts[1] + 200 * MS) == 700 * MS


def test_a_burst_repeated_all_day_is_heard_twice_and_a_new_one_still_after_it() -> None:
    low, high = range(100, 80_000, 16), [80_100]
    placed = condense(alarms(low) + alarms(high, hertz=(523.25, 293.66, 392.0)))
    assert [round(f) for _, _, f in placed] == [523, 294, 523, 294, 523, 294, 392]


def test_the_condensed_file_of_a_noisy_day_stays_below_40_s(tmp_path: Path) -> None:
    notes = [n for k in range(400) for n in alarms([k * 20], hertz=(300 + k, 500))]
    seconds = write_condensed(tmp_path / "beeper.wav", notes)
    with wave.open(str(tmp_path / "beeper.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getnframes() / file.getframerate() == seconds
    assert 30 < seconds < 40


def test_silence_is_a_file_too(tmp_path: Path) -> None:
    assert 0 < write_condensed(tmp_path / "quiet.wav", []) < 1
