"""The dosing tick alone, with ports of a few lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose.delivery.dosing import Dosing
from tests.delivery.fakes import FakePulse, FakeScratch, OpenGuard

HUGE = 1 << 20


def make() -> tuple[Dosing, FakePulse, FakeScratch]:
    pulse, scratch = FakePulse(), FakeScratch()
    dosing = Dosing(pulse, OpenGuard(), scratch)
    dosing.arm()
    return dosing, pulse, scratch


def run(dosing: Dosing, pulse: FakePulse, ticks: int) -> None:
    for _ in range(ticks):
        dosing.tick_isr(None)
        pulse.finish()


@pytest.mark.req("DEL-1")
def test_seven_steps_over_five_ticks_are_spread_evenly() -> None:
    dosing, pulse, scratch = make()
    dosing.publish(7, 5, HUGE, HUGE)
    run(dosing, pulse, 5)
    assert pulse.bursts == [1, 1, 2, 1, 2]
    assert scratch.commanded == 7
    dosing.tick_isr(None)
    assert dosing.confirmed == dosing.commanded == 7


@pytest.mark.req("LIM-5")
def test_without_a_segment_no_step_follows() -> None:
    dosing, pulse, _ = make()
    dosing.publish(4, 2, HUGE, HUGE)
    run(dosing, pulse, 50)
    assert sum(pulse.bursts) == 4
    assert dosing.starved == 48


@pytest.mark.req("DEL-6")
def test_a_tick_that_finds_the_fifo_full_carries_its_steps() -> None:
    dosing, pulse, _ = make()
    dosing.publish(10, 10, HUGE, HUGE)
    for _ in range(5):
        dosing.tick_isr(None)  # the hardware takes nothing
    assert pulse.bursts == [1] and dosing.owed == 4
    run(dosing, pulse, 6)
    assert sum(pulse.bursts) == 10


@pytest.mark.req("LIM-4")
def test_what_a_stall_left_goes_out_at_no_more_than_the_burst_limit() -> None:
    dosing, pulse, _ = make()
    dosing.publish(20, 20, 2, HUGE)
    for _ in range(6):
        dosing.tick_isr(None)
    pulse.finish()
    run(dosing, pulse, 14)
    assert max(pulse.bursts) == 2
    assert sum(pulse.bursts) == 20


@pytest.mark.req("LIM-4")
def test_a_stall_past_the_limit_is_missed_and_never_made_up() -> None:
    dosing, pulse, _ = make()
    dosing.publish(30, 30, 2, 3)
    for _ in range(10):
        dosing.tick_isr(None)
    pulse.finish()
    run(dosing, pulse, 40)
    assert sum(pulse.bursts) == 30 - dosing.lost
    assert (
        dosing.lost == 7
    )  # ten due, one out; three may stay owed, the tick's own step among them


@pytest.mark.req("DEL-1")
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 200)), min_size=1, max_size=12))
def test_every_segment_is_delivered_to_the_step(segments: list[tuple[int, int]]) -> None:
    dosing, pulse, _ = make()
    wanted = 0
    for steps, ticks in segments:
        assert dosing.free()
        dosing.publish(steps, ticks, HUGE, HUGE)
        wanted += steps
        run(dosing, pulse, ticks)
        assert sum(pulse.bursts) == wanted
    assert dosing.free() and dosing.owed == 0


@pytest.mark.req("DEL-6")
def test_steps_owed_before_a_halt_do_not_go_out_after_the_next_start() -> None:
    dosing, pulse, _ = make()
    dosing.publish(10, 10, HUGE, HUGE)
    for _ in range(5):
        dosing.tick_isr(None)  # the hardware takes nothing: four are owed
    dosing.disarm()
    pulse.waiting.clear()
    before = list(pulse.bursts)
    dosing.arm()
    run(dosing, pulse, 20)
    assert pulse.bursts == before
