"""The granter alone: segments, gaps, what a segment may owe, a tick that died."""

from __future__ import annotations

import pytest

from picodose.delivery import granter as granters
from picodose.delivery.dosing import Dosing
from picodose.delivery.granter import Granter
from picodose.delivery.ledger import Ledger
from picodose.delivery.plan import Plan
from tests.delivery.fakes import FakePulse, FakeScratch, OpenGuard

STEP_NL_H = 45_000  # one step of 12.5 nL a second


class Order:
    """A rate that the test changes at will."""

    def __init__(self, nl_h: int) -> None:
        self.nl_h = nl_h

    def units(self, t0_ms: int, t1_ms: int) -> int:
        return self.nl_h * (t1_ms - t0_ms)

    def next_change_ms(self, t_ms: int, limit_ms: int) -> int:
        return limit_ms


class Caps:
    """So many steps of room, and what was granted."""

    def __init__(self, room: int) -> None:
        self.left = room

    def room(self, start_ms: int) -> int:
        return self.left

    def grant(self, steps: int, end_ms: int) -> None:
        self.left -= steps


class Rig:
    """A granter and a tick of 100 ms; `covered` is what flash answers."""

    def __init__(self, steps_s: int, room: int = 10**6) -> None:
        self.order, self.caps, self.covered = Order(steps_s * STEP_NL_H), Caps(room), True
        self.pulse = FakePulse()
        self.dosing = Dosing(self.pulse, OpenGuard(), FakeScratch())
        self.ledger = Ledger(self.dosing)
        self.granter = Granter(
            self.order, Plan(25, 2), self.caps, self.ledger, self.dosing,
            lambda steps, now_ms: self.covered, 50, 100 * STEP_NL_H,
        )  # fmt: skip
        self.dosing.arm()
        self.granter.begin(100, 100)
        self.now_ms = 0
        self.due_ms = self.granter.run(0)

    def ticks(self, count: int, look: bool = True, finish: bool = True) -> None:
        for _ in range(count):
            self.now_ms += 100
            self.dosing.tick_isr(None)
            if finish:
                self.pulse.finish()
            if look and self.due_ms <= self.now_ms + 1:
                self.due_ms = self.granter.run(self.now_ms + 1)


@pytest.mark.req("DEL-1")
def test_ten_steps_a_second_for_five_seconds_are_fifty_steps_two_segments_ahead() -> None:
    rig = Rig(10)
    rig.ticks(50)
    assert sum(rig.pulse.bursts) == 50
    assert 20 <= rig.ledger.granted - 50 <= 40


@pytest.mark.req("LIM-4")
def test_ticks_without_a_segment_are_missed_and_never_given() -> None:
    rig = Rig(10)
    rig.ticks(10)
    rig.ticks(60, look=False)  # the segments in hand last for 3 s more
    rig.ticks(30)
    # 100 ticks of one step; 30 of them had no segment, and the look came one tick later.
    assert sum(rig.pulse.bursts) == 69
    assert rig.granter.missed_units == 31 * 100 * 10 * STEP_NL_H


@pytest.mark.req("LIM-4", "LIM-2")
def test_what_a_segment_owes_goes_out_in_the_next_one_or_never() -> None:
    rig = Rig(90)
    rig.ticks(38)
    rig.order.nl_h = 0  # the two segments in hand still go out, then nothing is ordered
    while rig.granter.end_ms - rig.now_ms > 2300:
        rig.ticks(1)
    rig.ticks(4, finish=False)  # and during the last ticks the hardware is busy
    rig.pulse.finish()
    assert rig.dosing.owed > 20
    rig.ticks(21)
    given = sum(rig.pulse.bursts)
    rig.ticks(60)
    rig.ledger.collect()
    assert sum(rig.pulse.bursts) == given == rig.ledger.granted


@pytest.mark.req("LIM-2")
def test_what_does_not_fit_under_a_cap_is_not_granted_and_not_made_up() -> None:
    rig = Rig(10, room=33)
    rig.ticks(60)
    assert sum(rig.pulse.bursts) == 33
    assert rig.granter.capped_steps >= 27
    rig.caps.left = 1000
    rig.ticks(60)
    assert sum(rig.pulse.bursts) <= 33 + 60


@pytest.mark.req("DEL-2")
def test_what_flash_does_not_hold_is_not_granted() -> None:
    rig = Rig(10)
    rig.covered = False
    rig.ticks(60)
    assert sum(rig.pulse.bursts) == 20  # the first segment was covered
    assert rig.granter.capped_steps > 0


@pytest.mark.req("LIM-6")
def test_a_segment_above_the_highest_rate_trips() -> None:
    rig = Rig(10)
    rig.order.nl_h = 102 * STEP_NL_H
    rig.ticks(3)
    assert rig.granter.tripped == granters.TRIP_PLAN


@pytest.mark.req("SAF-2")
def test_three_ticks_that_do_not_come_trip() -> None:
    rig = Rig(10)
    rig.ticks(15)
    for now_ms in range(1500, 3000):
        rig.granter.run(now_ms)
        assert bool(rig.granter.tripped) == (now_ms > 1500 + 300)
        if rig.granter.tripped:
            break
    assert rig.granter.tripped == granters.TRIP_TICK
