"""What a person hears and when, from the edges on the BEEPER pin (ALM-1, ALM-2)."""

from __future__ import annotations

import itertools

import pytest

from host_tools.link import RefusedError
from picodose import codes
from picodose.safety import alarm_table
from shim.plant.beeper import Beeper
from tests.scenario.alarm_ear import (
    C4,
    C5,
    D4,
    DAY,
    E4,
    G4,
    LOOP_MS,
    LOW_BAG,
    MS,
    PATTERNS,
    RX,
    alarming,
    bursts,
    check_burst,
    heard,
)
from tests.scenario.delivery_rig import Rig, const_rx
from tests.scenario.journal_view import active, in_flash


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize(
    ("kind", "low_ms", "high_ms"), [("high", 2_500, 3_800), ("medium", 2_600, 4_000)]
)
def test_melody_lengths_pitch_and_silence(kind: str, low_ms: int, high_ms: int) -> None:
    rig = alarming(kind)
    rig.run_for(60_000)
    found = bursts(heard(rig))[1:-1]  # the first and the last may be cut by the window
    assert len(found) >= 6
    for notes in found:
        check_burst(kind, notes)
    for first, second in itertools.pairwise(found):
        assert low_ms <= (second[0].start_ns - first[-1].end_ns) / MS <= high_ms


@pytest.mark.req("ALM-2")
def test_the_low_alarm_sounds_every_sixteen_seconds() -> None:
    rig = alarming("low")
    rig.run_for(120_000)
    found = bursts(heard(rig))[:-1]
    assert len(found) >= 4
    for notes in found:
        check_burst("low", notes)
    for first, second in itertools.pairwise(found):
        assert (second[0].start_ns - first[0].start_ns) / MS == pytest.approx(16_000, abs=110)


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize(
    ("kind", "period_ms", "wait_ms"),
    [
        ("high", 600_000, 1_500_000),
        ("medium", 600_000, 1_500_000),  # as the high one: safety/alarms.py
        pytest.param("low", 3_600_000, 8_400_000, marks=pytest.mark.slow),
    ],
)
def test_unattended_for_ten_minutes_it_falls_into_the_implant_rhythm(
    kind: str, period_ms: int, wait_ms: int
) -> None:
    rig = alarming(kind)
    rig.run_for(11 * 60_000)
    slow_ns = rig.now_ns
    rig.run_for(wait_ms)
    # with the open ADC goes a medium alarm: it keeps a silence behind the high one
    length = len(PATTERNS[kind][1])
    found = [notes for notes in bursts(heard(rig, slow_ns)) if len(notes) == length]
    assert len(found) == 2
    assert (found[1][0].start_ns - found[0][0].start_ns) / MS == pytest.approx(period_ms, abs=110)
    for notes in found:
        check_burst(kind, notes)


@pytest.mark.req("ALM-1", "ALM-2")
def test_of_several_the_highest_sounds_and_all_are_listed() -> None:
    rig = alarming("low")
    rig.run_for(30_000)
    rig.client.load(DAY)  # the clock is not set: medium
    rig.run_for(25_000)
    medium = bursts(heard(rig, rig.now_ns - 14_000 * MS))[1]
    check_burst("medium", medium)
    assert active(rig) == [codes.AL_CLOCK_LOST, codes.AL_LOW_RESERVOIR]
    rig.pico.set_adc_mv(0, 1_850)  # 3.7 V: end of service
    alarms = rig.parts.alarms
    rig.pico.until(lambda: bool(alarms.is_active(codes.AL_END_OF_SERVICE)), 30 * 60_000)
    rig.run_for(20_000)
    notes = heard(rig, rig.now_ns - 14_000 * MS)
    check_burst("high", bursts(notes)[1])
    assert {C4, E4}.isdisjoint({round(note.frequency_hz, 2) for note in notes})
    listed = active(rig)
    assert listed[0] == codes.AL_END_OF_SERVICE
    assert {codes.AL_CLOCK_LOST, codes.AL_LOW_RESERVOIR, codes.AL_LOW_BATTERY} <= set(listed)


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize("kind", ["high", "medium", "low"])
def test_the_record_of_an_alarm_is_in_flash_before_its_first_note(kind: str) -> None:
    rig = Rig(LOW_BAG if kind == "low" else "therapy_step")
    images: list[bytes] = []

    class FirstNote:
        def edge(self, _t_ns: int, level: int) -> None:
            if level and not images:
                images.append(bytes(rig.pico.flash.data))

        def train(self, _t0_ns: int, _period_ns: int, _high_ns: int, _count: int) -> None:
            self.edge(0, 1)

    codes_of = {
        "high": codes.AL_SELF_TEST, "medium": codes.AL_CLOCK_LOST, "low": codes.AL_LOW_RESERVOIR
    }  # fmt: skip
    if kind == "high":
        rig.bench.battery.fault = "open"
        rig.pico.power_cut()
    else:
        rig.start(DAY if kind == "medium" else RX)
        rig.run_for(1_500)  # past its confirmation
    rig.pico.lines[15].listen(FirstNote())
    rig.run_for(60_000)
    assert codes_of[kind] in [entry.a for entry in in_flash(images[0], codes.EV_ALARM)]


def stalls_of(rig: Rig) -> list[tuple[int, int]]:
    """Begin and end of every flash stall from now on, in ns; the list grows."""
    stalls: list[tuple[int, int]] = []
    usual = rig.pico.flash.on_stall

    def noted(span_ns: int) -> None:
        stalls.append((rig.now_ns, rig.now_ns + span_ns))
        usual(span_ns)

    rig.pico.flash.on_stall = noted
    return stalls


def stalled_ns(stalls: list[tuple[int, int]], from_ns: int, to_ns: int) -> int:
    """How much of a stretch was stall."""
    return sum(max(min(end, to_ns) - max(begin, from_ns), 0) for begin, end in stalls)


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize("stall_ms", [45, 400])
def test_flash_stalls_delay_notes_but_neither_stretch_nor_drop_one(stall_ms: int) -> None:
    rig = alarming("high")
    rig.run_for(10_000)
    rig.pico.flash.timing.erase_ns = stall_ms * MS
    erases, since_ns = sum(rig.pico.flash.erases), rig.now_ns
    stalls = stalls_of(rig)
    for digit in range(25):
        rig.client.load(const_rx(150_000 + digit))
        rig.run_for(600)
    assert sum(rig.pico.flash.erases) - erases >= 10
    length_ms, wanted = PATTERNS["high"]
    notes = [note for note in heard(rig, since_ns) if note.end_ns < rig.now_ns - 20 * MS]
    assert len(notes) >= 30
    for note in notes:
        assert note.duration_ns / MS == pytest.approx(length_ms, abs=4)
    melody = [hz for _ms, hz in wanted]
    played = [min((C5, D4, G4), key=lambda hz: abs(hz - note.frequency_hz)) for note in notes]
    turns = [
        turn
        for turn in range(len(melody))
        if all(hz == melody[(turn + k) % len(melody)] for k, hz in enumerate(played))
    ]
    assert turns, "a note is missing or out of order"
    delays_ms = []
    for k, (before, note) in enumerate(itertools.pairwise(notes), turns[0]):
        apart_ms = (note.start_ns - before.start_ns) / MS
        stalled_ms = stalled_ns(stalls, before.start_ns, note.start_ns) / MS
        at, following = k % len(wanted), (k + 1) % len(wanted)
        if following:
            delays_ms.append(apart_ms - (wanted[following][0] - wanted[at][0]))
            assert -3 <= delays_ms[-1] <= stalled_ms + LOOP_MS
        else:
            assert 2_500 <= apart_ms - length_ms <= 3_800 + stalled_ms + LOOP_MS
    assert (max(delays_ms) > 100) == (stall_ms > 100), "the stalls met no note"


@pytest.mark.req("ALM-2")
def test_confirmation_refusal_and_alarms_cannot_be_taken_for_each_other() -> None:
    def sound(rig: Rig) -> list[tuple[int, int]]:
        notes = rig.bench.beeper.notes(rig.now_ns)
        return [(round(note.frequency_hz), round(note.duration_ns / MS)) for note in notes]

    confirmed, refused = Rig(), Rig()
    confirmed.client.load(RX)
    with pytest.raises(RefusedError):
        refused.client.request("start")
    for rig in (confirmed, refused):
        rig.run_for(2_000)
    sounds = [tuple(sound(confirmed)), tuple(sound(refused))]
    assert [len(notes) for notes in sounds] == [2, 1]
    for length_ms, pattern in PATTERNS.values():
        sounds.append(tuple((round(hz), length_ms) for _at_ms, hz in pattern))
    pitches = [frozenset(round(hz, -1) for hz, _ms in notes) for notes in sounds]
    assert all(a.isdisjoint(b) for a in pitches[:2] for b in pitches if a is not b)


@pytest.mark.req("ALM-2")
def test_refusals_one_after_another_do_not_hold_an_alarm_up() -> None:
    quiet, noisy = Rig(), Rig()
    for rig in (quiet, noisy):
        rig.start(DAY)  # and nobody has set the clock
    quiet.run_for(60_000)
    alarm_ns = heard(quiet)[0].start_ns
    noisy.run_for((alarm_ns - noisy.now_ns) / MS - 3_000)
    while noisy.now_ns < alarm_ns + 100 * MS:
        with pytest.raises(RefusedError):
            noisy.client.request("start")
        noisy.run_for(30)
    noisy.run_for(3_000)
    assert heard(noisy)[0].start_ns - alarm_ns <= 400 * MS
    check_burst("medium", bursts(heard(noisy))[0])


@pytest.mark.req("ALM-1")
def test_the_table_is_whole_and_agrees_with_itself() -> None:
    rows = alarm_table.ROWS
    named = {value for name, value in vars(codes).items() if name.startswith("AL_")}
    assert {row[0] for row in rows} == named, "a code without a row, or a row without a code"
    assert len({row[0] for row in rows}) == len(rows)
    for code, priority, action, latched, clears, *words in rows:
        assert (priority in (1, 2, 3), action in (0, 1), clears in (0, 1, 2)) == (True,) * 3, code
        assert action == alarm_table.GO_ON or (priority == 3 and latched), "what stops is high"
        assert clears == alarm_table.CAUSE or latched, "who must act must be waited for"
        assert words and 10 < len(words[0]) < 80, code


def test_the_ear_of_these_tests_hears_a_note_as_it_is() -> None:
    ear = Beeper()
    ear.train(0, 2 * MS, MS, 50)
    (note,) = ear.notes(500 * MS)
    assert (note.duration_ns, round(note.frequency_hz)) == (100 * MS, 500)
