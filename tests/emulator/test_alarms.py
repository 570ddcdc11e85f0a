"""Alarms on the official firmware: battery tiers by the ADC, notes at the beeper's pin."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest

from host_tools.link import LinkClient, RefusedError
from picodose import codes
from shim.emulated.pico import EmulatedPico
from shim.plant.beeper import Beeper, Note
from tests.emulator.conftest import SOME_LATE_STEPS, Boards
from tests.emulator.watch import BEEPER, connected, constant
from tests.scenario.alarm_ear import PATTERNS, bursts

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
FLAT_MV = 1300.0  # at the pin: 2.6 V of battery, nearly the least that is a level and no fault
# The filter follows by an eighth a minute: so long at FLAT_MV, then held, in each tier's range.
SINKING = ((245_000, 2275.0), (65_000, 2100.0), (1_000, FLAT_MV))
READING_MS = 60_000
SAME_MS = 5  # of each place and length of ALM-2
WAITED_MINUTES = 8  # three readings below a threshold, of a filter that follows by an eighth
HEARD_MS = 4_500
MS = 1_000_000
TIERS = ("low", "medium", "high")  # replace soon, low battery, end of service


def alarm_notes(pico: EmulatedPico, ear: Beeper) -> list[Note]:
    """What was heard so far, confirmations and clicks left out."""
    pitches = {hz for _, notes in PATTERNS.values() for _, hz in notes}
    known = (n for n in ear.notes(pico.now_ns) if n.frequency_hz)
    return [n for n in known if any(abs(n.frequency_hz / hz - 1) < 0.02 for hz in pitches)]


class Heard(NamedTuple):
    """What came of one tier: the status, its alarm's code, the first burst."""

    tier: int
    active: str
    notes: list[Note]


def next_tier(
    pico: EmulatedPico, client: LinkClient, ear: Beeper, sinking: tuple[int, float]
) -> Heard:
    """Let the voltage sink into the tier's range and stay there; wait for its alarm's first burst,
    ask, and acknowledge it: it is silent then.
    """
    known = len(alarm_notes(pico, ear))
    pico.set_adc_mv(0, FLAT_MV)
    pico.run_for(sinking[0])
    pico.set_adc_mv(0, sinking[1])
    for _ in range(WAITED_MINUTES * READING_MS // 1000):
        pico.run_for(1000)
        if len(alarm_notes(pico, ear)) > known:
            break
    pico.run_for(HEARD_MS)
    notes = bursts(alarm_notes(pico, ear)[known:])[0]
    client.connect()
    tier = client.request("status", page=2)["battery_tier"]
    active = client.request("status", page=1)["active"]
    client.request("ack", code=int(active.split(",")[0]))
    pico.run_for(1000)
    return Heard(tier, active, notes)


@pytest.mark.req("BAT-1", "ALM-1", "ALM-2")
def test_a_sinking_battery_goes_through_its_tiers_each_with_its_own_sound(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[list[Heard], int]:
        client, ear = connected(pico), Beeper()
        client.load(constant(250))
        pico.run_for(2000)  # past its confirmation
        pico.lines[BEEPER].listen(ear)
        found = [next_tier(pico, client, ear, sinking) for sinking in SINKING]
        with pytest.raises(RefusedError) as refused:
            client.request("start")
        return found, int(refused.value.code)

    found, refused = boards.run("pump", body, wall_limit_s=800, late_steps=SOME_LATE_STEPS)
    assert [heard.tier for heard in found] == [1, 2, 3]
    wanted = (codes.AL_REPLACE_SOON, codes.AL_LOW_BATTERY, codes.AL_END_OF_SERVICE)
    assert [int(heard.active.split(",")[0]) for heard in found] == list(wanted)
    for kind, heard in zip(TIERS, found, strict=True):
        length_ms, notes = PATTERNS[kind]
        assert len(heard.notes) == len(notes), kind
        first_ns = heard.notes[0].start_ns
        for note, (at_ms, hz) in zip(heard.notes, notes, strict=True):
            assert (note.start_ns - first_ns) / MS == pytest.approx(at_ms, abs=SAME_MS)
            assert note.duration_ns / MS == pytest.approx(length_ms, abs=SAME_MS)
            assert note.frequency_hz == pytest.approx(hz, rel=0.005)
    starts = [heard.notes[0].start_ns for heard in found]
    assert all(b - a >= READING_MS * MS for a, b in itertools.pairwise(starts)), "leapt over one"
    assert refused == codes.NOT_FIT
