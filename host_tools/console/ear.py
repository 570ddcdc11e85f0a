"""Which sound of the pump a note of its piezo belongs to, by the device's own table of tones."""

from __future__ import annotations

from collections.abc import Sequence

from host_tools.console import sounds
from picodose.safety import tones
from shim.plant.beeper import Note

_JUST_NOW_NS = 500_000_000
_NEAR = 0.03  # of pitch and length; a semitone is 6 %
_US = 1e6


def pattern_of(notes: Sequence[Note], now_ns: int) -> str:
    """The pattern of the last whole note, if it ended in the last half second; else ""."""
    whole = [note for note in notes[-2:] if now_ns - _JUST_NOW_NS <= note.end_ns < now_ns]
    return _name_of(whole[-1]) if whole else ""


def _name_of(note: Note) -> str:
    for name, number in sounds.NAMES.items():
        for period_us, _, length_ms in tones.notes(number):
            pitch_hz = _US / period_us
            if (
                abs(note.frequency_hz - pitch_hz) <= _NEAR * pitch_hz
                and abs(note.duration_ns / _US - length_ms) <= _NEAR * length_ms
            ):
                return name
    return ""
