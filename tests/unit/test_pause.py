"""How long an audio pause lasts (ALM-3)."""

from __future__ import annotations

import pytest

from picodose import codes
from picodose.safety import alarm_table
from picodose.safety.alarms import Alarms
from picodose.safety.pause import ALIVE_MS, AudioPause

MIN_MS = 60_000


def paused(span_ms: int, lines_ms: list[int], asked_ms: int = 1_000_000) -> int:
    """How long a pause lasts when valid lines come at these times after it was asked for."""
    pause = AudioPause()
    pause.ask(asked_ms, span_ms)
    heard_ms = asked_ms
    for line_ms in lines_ms:
        if asked_ms + line_ms >= pause.ends_ms(heard_ms):
            break
        heard_ms = asked_ms + line_ms
    return pause.ends_ms(heard_ms) - asked_ms


@pytest.mark.req("ALM-3")
def test_a_single_command_is_good_for_two_minutes_at_most() -> None:
    assert paused(10 * MIN_MS, []) == 2 * MIN_MS
    assert paused(10 * MIN_MS, [200, 9_000]) == 2 * MIN_MS, "a reply read, a status asked"
    assert paused(30_000, []) == 30_000


@pytest.mark.req("ALM-3")
def test_a_live_console_s_pause_lasts_as_asked_and_ends_with_its_session() -> None:
    steady = list(range(5_000, 20 * MIN_MS, 5_000))
    assert paused(10 * MIN_MS, steady) == 10 * MIN_MS
    assert paused(3 * MIN_MS, steady) == 3 * MIN_MS
    assert paused(10 * MIN_MS, steady[:50]) == steady[49] + ALIVE_MS
    assert paused(10 * MIN_MS, steady[:4]) == steady[3] + ALIVE_MS


@pytest.mark.req("ALM-3")
def test_none_asked_for_and_one_that_was_ended_are_over() -> None:
    pause = AudioPause()
    assert pause.ends_ms(5) <= 0
    pause.ask(100, MIN_MS)
    pause.end()
    assert pause.ends_ms(100) <= 100


@pytest.mark.req("ALM-3")
def test_the_minutes_before_the_implant_rhythm_do_not_run_in_a_pause() -> None:
    plain, held = Alarms(), Alarms()
    for alarms in (plain, held):
        alarms.raise_(codes.AL_EMPTY, 0)
        alarms.burst(0)
    held.hold(1_000, 10 * MIN_MS)
    at_ms = 11 * MIN_MS
    assert held.burst(at_ms) == plain.burst(at_ms) == 3
    assert held.due_ms(at_ms) - at_ms < 10_000
    assert plain.due_ms(at_ms) - at_ms == 600_000


@pytest.mark.req("ALM-3", "ALM-4")
@pytest.mark.parametrize("row", alarm_table.ROWS, ids=lambda row: codes.name_of(row[0]))
def test_every_row_ends_as_the_table_says(row: tuple) -> None:  # type: ignore[type-arg]
    code, _priority, action, latched, clears, _words = row
    alarms = Alarms()
    assert alarms.raise_(code, 0) and alarms.active() == [code]
    assert (alarms.blocking() == code) == (action == alarm_table.STOP)
    assert bool(alarms.latched_mask()) == latched and alarms.latched_mask() < 1 << 32
    assert alarms.ack(code, 1) == (clears == alarm_table.ACK), "acknowledged, and the cause lasts"
    alarms.raise_(code, 2)
    assert alarms.clear(code, 3) == (clears != alarm_table.POWER and not latched)
    assert alarms.is_active(code) == (clears == alarm_table.POWER or latched)
    assert alarms.ack(code, 4) == (latched and clears != alarm_table.POWER)
    again = Alarms()
    again.restore(1 << code - 100, 0)  # held over a restart, whose self-test passed
    assert again.ack(code, 1)
