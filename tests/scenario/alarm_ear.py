"""An ear for scenarios: what a person hears of the alarms, from the edges on the BEEPER pin."""

from __future__ import annotations

import pytest

from shim.plant.beeper import Note
from tests.scenario.delivery_rig import Rig, const_rx, day_rx

MS = 1_000_000
C5, D4, G4, E4, C4 = 523.25, 293.66, 392.00, 329.63, 261.63  # Hz, equal temperament, A4 = 440
HIGH = (0, C5), (224, D4), (447, G4), (835, C5), (1058, D4)
PATTERNS = {
    "high": (144, (*HIGH, *((1750 + ms, hz) for ms, hz in HIGH))),
    "medium": (220, ((0, C5), (441, D4), (881, G4))),
    "low": (260, ((0, E4), (520, C4))),
}
RX = const_rx(150_000)
DAY = day_rx([[0, 24_000, 0, 0]])
LOOP_MS = 5  # what the main loop takes to come back to the beeper
LOW_BAG = """from micropython import const
from profiles.therapy_step import *
RESERVOIR_LOW_NL = const(19_999_000)
"""


def alarming(kind: str) -> Rig:
    """A pump on which one alarm of a priority has just begun; its beeper heard from then on."""
    rig = Rig(LOW_BAG if kind == "low" else "therapy_step")
    if kind == "high":
        rig.bench.battery.fault = "open"  # the self-test fails
        rig.pico.power_cut()
        rig.run_for(2_000)
        rig.client.connect()
    elif kind == "medium":
        rig.start(DAY)  # and nobody has set the clock
    else:
        rig.start(RX)
    rig.bench.beeper.notes()
    return rig


def heard(rig: Rig, since_ns: int = 0) -> list[Note]:
    """Finished notes that began after an instant, confirmations left out."""
    notes = rig.bench.beeper.notes(rig.now_ns)
    known = (C5, D4, G4, E4, C4)
    return [
        note
        for note in notes
        if note.start_ns >= since_ns
        and any(abs(note.frequency_hz / hz - 1) < 0.02 for hz in known)
    ]


def bursts(notes: list[Note]) -> list[list[Note]]:
    """Notes grouped by the silences of more than a second and a half between them."""
    groups: list[list[Note]] = []
    for note in notes:
        if groups and note.start_ns - groups[-1][-1].end_ns < 1_500 * MS:
            groups[-1].append(note)
        else:
            groups.append([note])
    return groups


def check_burst(kind: str, notes: list[Note]) -> None:
    """Onsets to 3 ms, lengths to one period, pitch to half a percent."""
    length_ms, wanted = PATTERNS[kind]
    assert len(notes) == len(wanted)
    for note, (at_ms, hz) in zip(notes, wanted, strict=True):
        assert (note.start_ns - notes[0].start_ns) / MS == pytest.approx(at_ms, abs=3)
        assert note.duration_ns / MS == pytest.approx(length_ms, abs=1_000 / hz)
        assert note.frequency_hz == pytest.approx(hz, rel=0.005)
