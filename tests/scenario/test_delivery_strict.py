"""Strict modes on the whole pump: the tick between any two bytecodes, small integers in it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from shim.strict import Strict
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx

DELIVERY = "picodose/delivery/"
PARTS = 4  # of the sweep over every bytecode, so that two workers share it


@pytest.mark.req("DEL-2", "LIM-6")
def test_small_integers_and_no_allocation_in_every_interrupt_of_a_busy_scenario() -> None:
    rig = Rig("bench_step", strict=Strict(int31_isr=True))
    rig.client.load(const_rx(20_000_000))
    for stall_ms in (45, 400, 1500):
        rig.client.request("start")
        rig.run_for(4_000)
        rig.stall(stall_ms)
        rig.client.load(bolus_rx(1_000_000, 600_000))
        rig.run_for(3_000)
        rig.stop()
        rig.assert_booked()
    rig.start(const_rx(20_000_000))
    rig.run_for(3000)
    rig.pico.reset("watchdog")
    rig.boot()
    rig.pico.pios.blocks[0].patch(rig.pico.pios.machine(0).words.start + 8, 0xB342)
    rig.run_for(5000)  # the guard's trip runs in the interrupt too
    assert rig.status()["state"] == "fault"


class Branches:
    """At the bytecodes chosen a copy of this process goes on with the tick come early.

    The copy ends at the next check_and_end(); `failed` are the numbers of those that did not.
    """

    def __init__(self, strict: Strict, every: int, first: int) -> None:
        strict.preempt_at = self._branch
        self._strict = strict
        self._every, self._first = every, first
        self.failed: list[int] = []
        self.made = 0
        self.number = 0  # in a copy: the bytecode it branched at

    def _branch(self, number: int) -> bool:
        if self.number or number % self._every != self._first:
            return False
        self.made += 1
        child = os.fork()
        if child == 0:
            self.number = number
            self._strict.preempt_folder = None
            return True
        if os.waitpid(child, 0)[1]:
            self.failed.append(number)
        return False

    def check_and_end(self, check: Callable[[], None]) -> None:
        """In a copy: end it, well or with a traceback; nothing in the first process."""
        if self.number:
            self._end(check)

    def _end(self, check: Callable[[], None]) -> None:
        try:
            check()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)


def phases(rig: Rig) -> Iterator[int]:
    """Start, dose, a reservation under way, stop: all of delivery/ at work; steps after each."""
    for ms in (4_600, 2_200, 900):
        rig.client.request("start")
        rig.run_for(ms)
        rig.stop()
        yield rig.steps()


def assert_same(rig: Rig, usual_steps: int) -> None:
    """A tick that came early moves no more than a tick's steps, and nothing is miscounted."""
    rig.assert_booked()
    assert abs(rig.steps() - usual_steps) <= 3 * 24
    assert rig.status()["state"] == "stopped"


def preempted(every: int, first: int = 0) -> Branches:
    """The phases, with the next tick fired at every so-manieth bytecode, each in its own copy."""
    usual = Rig()
    usual.client.load(const_rx(1_000_000))
    steps = list(phases(usual))
    strict = Strict(preempt_folder=DELIVERY)
    rig = Rig(strict=strict)
    rig.client.load(const_rx(1_000_000))
    branches = Branches(strict, every, first)
    try:
        for usual_steps, _ in zip(steps, phases(rig), strict=True):
            branches.check_and_end(lambda now=usual_steps: assert_same(rig, now))  # type: ignore[misc]
    except BaseException as error:
        branches.check_and_end(partial(_raise, error))
        raise
    return branches


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.req("DEL-2", "LIM-6")
def test_a_tick_between_two_bytecodes_of_delivery_spoils_no_count() -> None:
    branches = preempted(every=199)
    assert branches.made > 20 and branches.failed == []


@pytest.mark.slow(120)
@pytest.mark.timeout(900)
@pytest.mark.req("DEL-2", "LIM-6")
@pytest.mark.parametrize("first", range(PARTS))
def test_a_tick_between_any_two_bytecodes_of_delivery_spoils_no_count(first: int) -> None:
    branches = preempted(PARTS, first)
    assert branches.made > 4000 // PARTS and branches.failed == []
