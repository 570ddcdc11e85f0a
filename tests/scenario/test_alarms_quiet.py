"""Audio pause and sound test, heard at the beeper's pin (ALM-3, ALM-5)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from picodose.safety import tones
from tests.scenario.alarm_ear import MS, alarming, bursts, check_burst, heard
from tests.scenario.delivery_rig import Rig
from tests.scenario.journal_view import active, journal

MIN_MS = 60_000


def sounding(kind: str) -> Rig:
    """A pump whose alarm of a priority has been heard already."""
    rig = alarming(kind)
    rig.run_for(15_000)
    return rig


def console(rig: Rig, ms: int) -> None:
    """A live console: it asks for the status every 5 s."""
    for _ in range(ms // 5_000):
        rig.run_for(5_000)
        rig.client.request("status", page=1)


def quiet_ms(rig: Rig, ms: int, live: bool = False) -> float:
    """Until when it is silent, counted from now."""
    begun_ns = rig.now_ns
    console(rig, ms) if live else rig.run_for(ms)
    after = [n for n in heard(rig, begun_ns + 3_000 * MS)]  # the burst that sounds may end
    return (after[0].start_ns - begun_ns) / MS if after else ms


@pytest.mark.req("ALM-3")
def test_a_single_command_silences_for_two_minutes_and_the_alarm_comes_back_by_itself() -> None:
    rig = sounding("high")
    assert rig.client.request("audio_pause", span_s=600)["span_s"] == 120
    assert quiet_ms(rig, 3 * MIN_MS) == pytest.approx(2 * MIN_MS, abs=200)
    check_burst("high", bursts(heard(rig, rig.now_ns - 50_000 * MS))[1])
    assert [entry.a for entry in journal(rig, codes.EV_AUDIO_PAUSE)] == [600]


@pytest.mark.req("ALM-3")
def test_a_live_console_silences_for_ten_minutes_at_most_and_its_end_ends_the_pause() -> None:
    rig = sounding("medium")
    with pytest.raises(RefusedError, match="RANGE"):
        rig.client.request("audio_pause", span_s=601)
    rig.client.request("audio_pause", span_s=600)
    assert quiet_ms(rig, 11 * MIN_MS, live=True) == pytest.approx(10 * MIN_MS, abs=200)
    rig.client.request("audio_pause", span_s=600)
    console(rig, 4 * MIN_MS)
    assert rig.client.request("status", page=1)["paused_s"] > 0
    assert quiet_ms(rig, MIN_MS) == pytest.approx(10_000, abs=200)


@pytest.mark.req("ALM-3")
def test_a_new_alarm_breaks_the_pause_and_so_does_a_person() -> None:
    rig = sounding("medium")
    rig.client.request("audio_pause", span_s=100)
    rig.run_for(20_000)
    begun_ns = rig.now_ns
    rig.parts.journal.failed = True  # flash does not take what was written: *memory*
    rig.run_for(20_000)
    assert active(rig)[0] == codes.AL_MEMORY
    check_burst("high", bursts(heard(rig, begun_ns))[0])
    rig.client.request("audio_pause", span_s=100)
    rig.run_for(10_000)
    rig.client.request("audio_pause", span_s=0)
    assert quiet_ms(rig, 20_000) < 8_000


@pytest.mark.req("ALM-3")
def test_without_an_alarm_there_is_nothing_to_silence() -> None:
    rig = Rig()
    with pytest.raises(RefusedError, match="NO_ALARM"):
        rig.client.request("audio_pause", span_s=60)


@pytest.mark.req("ALM-5")
def test_the_sound_test_plays_every_sound_once() -> None:
    rig = Rig()
    rig.run_for(1_000)
    begun_ns = rig.now_ns
    rig.client.request("sound_test")
    rig.run_for(15_000)
    notes = [n for n in rig.bench.beeper.notes(rig.now_ns) if n.start_ns > begun_ns]
    wanted = [note for pattern in range(1, 7) for note in tones.notes(pattern)]
    assert len(notes) == len(wanted) + 2, "and its own confirmation"
    for note, (period_us, _start_ms, length_ms) in zip(notes[2:], wanted, strict=True):
        assert note.frequency_hz == pytest.approx(1e6 / period_us, rel=0.005)
        assert note.duration_ns / MS == pytest.approx(length_ms, abs=period_us / 1000)
    assert len(journal(rig, codes.EV_SOUND_TEST)) == 1


@pytest.mark.req("ALM-5")
def test_the_sound_test_is_refused_while_an_alarm_sounds_and_ends_when_one_comes() -> None:
    rig = sounding("medium")
    with pytest.raises(RefusedError, match="ALARM_ACTIVE"):
        rig.client.request("sound_test")
    rig = Rig()
    rig.client.request("sound_test")
    rig.run_for(3_000)
    begun_ns = rig.now_ns
    rig.parts.journal.failed = True
    alarms = rig.parts.alarms
    rig.pico.until(lambda: bool(alarms.highest()), 11_000)
    raised_ns = rig.now_ns
    rig.run_for(12_000)
    first = bursts(heard(rig, max(raised_ns, begun_ns)))
    assert (first[0][0].start_ns - raised_ns) / MS < 1_500
    check_burst("high", first[1])
