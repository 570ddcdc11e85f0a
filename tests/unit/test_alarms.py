"""Which alarm is on and which is heard (ALM-1, ALM-2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose import codes
from picodose.safety import alarm_table, tones
from picodose.safety.alarms import FAR_MS, Alarms

LOW, MEDIUM, HIGH = codes.AL_LOW_RESERVOIR, codes.AL_CAP_REACHED, codes.AL_EMPTY


def heard(alarms: Alarms, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    """Every burst between two instants, by jumping from due to due."""
    found = []
    now_ms = from_ms
    while now_ms < to_ms:
        if pattern := alarms.burst(now_ms):
            found.append((now_ms, pattern))
        now_ms = max(alarms.due_ms(now_ms), now_ms + 1)
    return found


@pytest.mark.req("ALM-1")
def test_the_highest_sounds_and_all_are_listed() -> None:
    alarms = Alarms()
    assert alarms.raise_(LOW, 0) and alarms.raise_(HIGH, 0) and alarms.raise_(MEDIUM, 0)
    assert not alarms.raise_(HIGH, 5)
    assert alarms.active() == [HIGH, MEDIUM, LOW]
    assert (alarms.highest(), alarms.blocking()) == (HIGH, HIGH)
    assert {pattern for _t, pattern in heard(alarms, 0, 60_000)} == {tones.HIGH}


@pytest.mark.req("ALM-1")
def test_an_unlatched_alarm_ends_with_its_cause_and_a_latched_one_waits_for_a_person() -> None:
    alarms = Alarms()
    alarms.raise_(LOW, 0)
    alarms.raise_(HIGH, 0)
    assert alarms.clear(LOW, 1) and not alarms.clear(HIGH, 1)
    assert alarms.active() == [HIGH]
    assert alarms.ack(HIGH, 2)
    assert (alarms.active(), alarms.blocking(), alarms.due_ms(2)) == ([], 0, FAR_MS)


@pytest.mark.req("ALM-1")
def test_acknowledging_before_the_cause_is_gone_does_not_end_it() -> None:
    alarms = Alarms()
    alarms.raise_(HIGH, 0)
    assert not alarms.ack(HIGH, 1)
    assert alarms.active() == [HIGH]
    alarms.raise_(codes.AL_POWER_LOST, 0)
    assert alarms.ack(codes.AL_POWER_LOST, 1)


@pytest.mark.req("ALM-1")
def test_a_trip_ends_with_neither_cause_nor_acknowledgement_but_after_a_restart() -> None:
    alarms = Alarms()
    alarms.raise_(codes.AL_OVER_DELIVERY, 0)
    alarms.clear(codes.AL_OVER_DELIVERY, 1)
    alarms.ack(codes.AL_OVER_DELIVERY, 1)
    assert alarms.is_active(codes.AL_OVER_DELIVERY)
    again = Alarms()
    again.restore(alarms.latched_mask(), 0)
    assert again.blocking() == codes.AL_OVER_DELIVERY
    assert again.ack(codes.AL_OVER_DELIVERY, 1)


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize(
    ("code", "pattern", "least_ms", "most_ms"),
    [(HIGH, tones.HIGH, 2_500, 3_800), (MEDIUM, tones.MEDIUM, 2_600, 4_000)],
)
def test_the_silence_is_counted_from_the_last_notes_end(
    code: int, pattern: int, least_ms: int, most_ms: int
) -> None:
    alarms = Alarms()
    alarms.raise_(code, 1_000)
    bursts = heard(alarms, 1_000, 500_000)
    assert bursts[0] == (1_000, pattern)
    for (a_ms, _), (b_ms, _) in zip(bursts, bursts[1:], strict=False):
        assert least_ms <= b_ms - a_ms - tones.length_ms(pattern) <= most_ms


@pytest.mark.req("ALM-2")
@pytest.mark.parametrize(
    ("code", "fast_ms", "slow_ms"), [(LOW, 16_000, 3_600_000), (HIGH, 5_952, 600_000)]
)
def test_after_ten_minutes_unattended_the_implant_rhythm(
    code: int, fast_ms: int, slow_ms: int
) -> None:
    alarms = Alarms()
    alarms.raise_(code, 0)
    times = [t for t, _ in heard(alarms, 0, 4 * 3_600_000)]
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert set(gaps[: 600_000 // fast_ms]) == {fast_ms}
    assert set(gaps[600_000 // fast_ms + 1 :]) == {slow_ms}


@pytest.mark.req("ALM-2")
def test_a_new_alarm_sounds_at_once_in_the_implant_rhythm_of_an_old_one() -> None:
    alarms = Alarms()
    alarms.raise_(HIGH, 0)
    heard(alarms, 0, 700_000)
    alarms.raise_(codes.AL_STALL, 700_000)
    assert alarms.burst(700_000) == tones.HIGH


@given(st.lists(st.tuples(st.sampled_from(alarm_table.ROWS), st.integers(0, 2)), max_size=20))
def test_an_alarm_is_active_exactly_while_its_rules_say(acts: list) -> None:  # type: ignore[type-arg]
    alarms, present, held = Alarms(), set(), set()
    for row, act in acts:
        code, clears = row[0], row[4]
        if act == 0:
            alarms.raise_(code, 0)
            present.add(code)
            held |= {code} if row[3] else set()
        elif act == 1:
            alarms.clear(code, 0)
            if clears != alarm_table.POWER:
                present.discard(code)
        else:
            alarms.ack(code, 0)
            if clears == alarm_table.ACK:
                present.discard(code)
            if code not in present:
                held.discard(code)
        assert set(alarms.active()) == present | held
