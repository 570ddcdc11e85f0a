"""The beeper's notes as a sound file: what a person in the room would have heard.

A piezo disc on a digital pin plays a square wave through its own resonance: weak at the bottom,
bright around a few kHz. The model is one resonance; it colours the tone and keeps its pitch.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_HZ = 22_050
SILENCE_NS = 1_500_000_000  # a longer silence separates two bursts
GAP_NS = 700_000_000  # and is this long in a condensed file
LIMIT_NS = 39_000_000_000
_RESONANCE_HZ = 4_000.0
_QUALITY = 2.0
_EDGE_S = 0.004  # how fast a disc swells and dies away
_LOUDNESS = 0.55


class NoteLike(Protocol):
    """One sound; frequency 0 is a click."""

    @property
    def start_ns(self) -> int:
        """When it starts."""

    @property
    def duration_ns(self) -> int:
        """How long it lasts."""

    @property
    def frequency_hz(self) -> float:
        """Its pitch."""


Placed = tuple[int, int, float]  # start_ns in the file, duration_ns, frequency_hz


def bursts(notes: Iterable[NoteLike]) -> list[list[NoteLike]]:
    """Notes grouped where a silence is longer than SILENCE_NS."""
    groups: list[list[NoteLike]] = []
    end_ns = 0
    for note in notes:
        if not groups or note.start_ns - end_ns > SILENCE_NS:
            groups.append([])
        groups[-1].append(note)
        end_ns = note.start_ns + note.duration_ns
    return groups


def condense(
    notes: Iterable[NoteLike], repeats_most: int = 2, limit_ns: int = LIMIT_NS
) -> list[Placed]:
    """Short silences between bursts, at most `repeats_most` equal bursts in a row, whole bursts
    only, everything within limit_ns."""
    placed: list[Placed] = []
    at_ns, repeats, before = GAP_NS // 2, 0, None
    for burst in bursts(notes):
        tune = [round(note.frequency_hz) for note in burst]
        repeats = repeats + 1 if tune == before else 1
        before = tune
        length_ns = burst[-1].start_ns + burst[-1].duration_ns - burst[0].start_ns
        if repeats > repeats_most:
            continue
        if at_ns + length_ns > limit_ns:
            break
        shift_ns = at_ns - burst[0].start_ns
        placed += [(n.start_ns + shift_ns, n.duration_ns, n.frequency_hz) for n in burst]
        at_ns += length_ns + GAP_NS
    return placed


def as_heard(notes: Iterable[NoteLike], t0_ns: int, t1_ns: int) -> list[Placed]:
    """The notes that start in [t0_ns, t1_ns) in real time, from t0_ns."""
    return [
        (n.start_ns - t0_ns, n.duration_ns, n.frequency_hz)
        for n in notes
        if t0_ns <= n.start_ns < t1_ns
    ]


def samples(placed: Sequence[Placed], length_ns: int | None = None) -> NDArray[np.int16]:
    """Sound of placed notes as 16-bit mono samples, ending GAP_NS after the last note."""
    end_ns = max((start + duration for start, duration, _ in placed), default=0) + GAP_NS
    out = np.zeros(math.ceil((length_ns or end_ns) * SAMPLE_HZ / 1e9) + 1)
    for start_ns, duration_ns, frequency_hz in placed:
        sound = _note(duration_ns / 1e9, frequency_hz)
        first = round(start_ns * SAMPLE_HZ / 1e9)
        part = out[first : first + len(sound)]
        part += sound[: len(part)]
    return np.asarray(np.clip(out, -1.0, 1.0) * 32_767, dtype=np.int16)


def write_wav(path: Path, sound: NDArray[np.int16]) -> float:
    """Write samples as a WAV file; returns its length in seconds."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_HZ)
        file.writeframes(sound.astype("<i2").tobytes())
    return len(sound) / SAMPLE_HZ


def write_condensed(path: Path, notes: Iterable[NoteLike]) -> float:
    """Write a whole day's beeps without the waiting; returns seconds, always below 40."""
    return write_wav(path, samples(condense(notes)))


def _note(duration_s: float, frequency_hz: float) -> NDArray[np.float64]:
    """One note: the odd harmonics of a square wave, each as loud as the disc makes it."""
    if frequency_hz <= 0:  # a click rings at the disc's own resonance
        t_s = np.arange(round(0.03 * SAMPLE_HZ)) / SAMPLE_HZ
        ring = np.sin(2 * np.pi * _RESONANCE_HZ * t_s) * np.exp(-t_s / 0.002)
        return np.asarray(0.5 * _LOUDNESS * ring)
    t_s = np.arange(max(1, round(duration_s * SAMPLE_HZ))) / SAMPLE_HZ
    sound = np.zeros_like(t_s)
    total = 0.0
    harmonic = 1
    while harmonic * frequency_hz < 0.45 * SAMPLE_HZ:
        gain = _piezo_gain(harmonic * frequency_hz) / harmonic
        sound += gain * np.sin(2 * np.pi * harmonic * frequency_hz * t_s)
        total += gain
        harmonic += 2
    swell = np.minimum(1.0, np.minimum(t_s, duration_s - t_s) / _EDGE_S).clip(0.0)
    return np.asarray(_LOUDNESS * sound / total * swell)


def _piezo_gain(frequency_hz: float) -> float:
    """Loudness of a bare disc: a resonance, falling off gently below it."""
    x = frequency_hz / _RESONANCE_HZ
    return math.sqrt(x) / math.hypot(1 - x * x, x / _QUALITY)
