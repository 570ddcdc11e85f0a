"""Strict modes on the whole pump: the tick between any two bytecodes, small integers in it."""

from __future__ import annotations

import pytest

from shim.strict import Strict
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx

DELIVERY = "picodose/delivery/"


def scenario(strict: Strict) -> Rig:
    """Start, dose, stop, start, a reservation under way, stop: all of delivery/ at work."""
    rig = Rig(strict=strict)
    rig.client.load(const_rx(1_000_000))
    for ms in (4_600, 2_200, 900):
        rig.client.request("start")
        rig.run_for(ms)
        rig.stop()
    rig.assert_booked()
    return rig


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


def assert_same(rig: Rig, usual: Rig, at: object) -> None:
    """A tick that came early moves no more than a tick's steps, and nothing is miscounted."""
    assert abs(rig.steps() - usual.steps()) <= 3 * 24, at
    assert rig.status()["state"] == "stopped", at


def bytecodes() -> tuple[int, Rig]:
    """How many bytecodes of delivery/ the scenario runs outside interrupts, and its result."""
    counter = Strict(preempt_folder=DELIVERY)
    usual = scenario(counter)
    return counter.opcodes, usual


def preempted_at(at: int, usual: Rig) -> None:
    """The scenario with the next tick fired at this bytecode; its books must agree."""
    strict = Strict(preempt_folder=DELIVERY, preempt_at=at)
    assert_same(scenario(strict), usual, at)


@pytest.mark.req("DEL-2", "LIM-6")
def test_a_tick_between_two_bytecodes_of_delivery_spoils_no_count() -> None:
    total, usual = bytecodes()
    assert total > 1000
    for at in range(1, total, total // 24):
        preempted_at(at, usual)


@pytest.mark.soak
@pytest.mark.req("DEL-2", "LIM-6")
def test_a_tick_between_any_two_bytecodes_of_delivery_spoils_no_count() -> None:
    total, usual = bytecodes()
    for at in range(1, total + 1, max(1, total // 700)):
        preempted_at(at, usual)
