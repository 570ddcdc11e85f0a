"""The device's own beeper and tunes, measured on the bench as an ear would (ALM-2)."""

from __future__ import annotations

import pytest

from shim.plant import Bench
from shim.virtual_pico import VirtualPico

HZ = {"C4": 261.63, "D4": 293.66, "E4": 329.63, "G4": 392.0, "C5": 523.25}
PLAYER = """
import time
from picodose.hal.beeper_pio import Beeper
from picodose.safety import tones
beeper, tune = Beeper(5, 15), tones.Tune(tones.%s)
while tune.feed(beeper):
    time.sleep_ms(100)
"""


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize(
    ("pattern", "names", "starts_ms", "length_ms"),
    [
        ("HIGH", "C5 D4 G4 C5 D4", [0, 224, 447, 835, 1058], 144),
        ("MEDIUM", "C5 D4 G4", [0, 441, 881], 220),
        ("LOW", "E4 C4", [0, 520], 260),
    ],
)
def test_every_note_has_its_pitch_its_start_and_its_length(
    pattern: str, names: str, starts_ms: list[int], length_ms: int
) -> None:
    pico, bench = VirtualPico(overlay={"main.py": (PLAYER % pattern).encode()}), Bench()
    bench.attach(pico)
    pico.run_for(4_000)
    groups = 2 if pattern == "HIGH" else 1
    wanted = [
        (n, s + g * 1750)
        for g in range(groups)
        for n, s in zip(names.split(), starts_ms, strict=True)
    ]
    notes = bench.beeper.notes(pico.now_ns)
    assert len(notes) == len(wanted)
    for note, (name, start_ms) in zip(notes, wanted, strict=True):
        assert note.frequency_hz == pytest.approx(HZ[name], rel=0.002)
        assert (note.start_ns - notes[0].start_ns) / 1e6 == pytest.approx(start_ms, abs=1)
        assert note.duration_ns / 1e6 == pytest.approx(length_ms, abs=1)
