"""Every note on its millisecond (ALM-2)."""

from __future__ import annotations

import pytest

from picodose.safety import tones

FREQUENCY = {"C4": 261.63, "D4": 293.66, "E4": 329.63, "G4": 392.0, "C5": 523.25}
HIGH = "C5 D4 G4 C5 D4 C5 D4 G4 C5 D4"


class Beeper:
    """The beeper port: whole periods only, room for two notes at a time."""

    def __init__(self) -> None:
        self.at_us = 0
        self.free = 2
        self.heard: list[tuple[int, int, int]] = []

    def room(self) -> bool:
        return self.free > 0

    def note(self, period_us: int, duration_us: int, sound: bool) -> int:
        self.free -= 1
        real_us = max(1, duration_us // period_us) * period_us
        if sound:
            self.heard.append((period_us, self.at_us, real_us))
        self.at_us += real_us
        return real_us


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize(
    ("pattern", "names", "starts_ms", "length_ms"),
    [
        (tones.HIGH, HIGH, [0, 224, 447, 835, 1058, 1750, 1974, 2197, 2585, 2808], 144),
        (tones.MEDIUM, "C5 D4 G4", [0, 441, 881], 220),
        (tones.LOW, "E4 C4", [0, 520], 260),
    ],
)
def test_the_melody_is_the_required_one_to_the_millisecond(
    pattern: int, names: str, starts_ms: list[int], length_ms: int
) -> None:
    beeper, tune = Beeper(), tones.Tune(pattern)
    while tune.feed(beeper):
        beeper.free = 2
    assert len(beeper.heard) == len(starts_ms)
    for (period_us, at_us, real_us), name, start_ms in zip(
        beeper.heard, names.split(), starts_ms, strict=True
    ):
        assert abs(1e6 / period_us / FREQUENCY[name] - 1) < 0.001
        assert 0 <= start_ms * 1000 - at_us < 64
        assert 0 <= length_ms * 1000 - real_us < period_us


@pytest.mark.req("ALM-2")
def test_confirmation_refusal_and_click_are_like_no_alarm_and_like_no_other() -> None:
    shapes = [tuple(tones.notes(p)) for p in range(1, 7)]
    assert len(set(shapes)) == 6
    alarm_periods = {note[0] for p in (1, 2, 3) for note in tones.notes(p)}
    for pattern in (tones.CONFIRM, tones.REFUSE, tones.CLICK):
        assert not alarm_periods & {note[0] for note in tones.notes(pattern)}
