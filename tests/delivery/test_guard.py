"""The guard alone: what it sees is the number of edges, whatever the rest of the pump believes."""

from __future__ import annotations

import pytest

from picodose.delivery import guard as guards
from picodose.delivery.dosing import Dosing
from picodose.delivery.guard import Guard
from tests.delivery.fakes import FakeDriver, FakeEdges, FakePulse, FakeScratch


def make(refill: int = 100, capacity: int = 1000) -> tuple[Guard, FakePulse, FakeDriver]:
    pulse, driver = FakePulse(), FakeDriver()
    guard = Guard(FakeEdges(pulse), pulse, driver, 1000, refill, capacity)
    guard.begin(1000)
    return guard, pulse, driver


@pytest.mark.req("LIM-6")
def test_two_extra_edges_pass_and_the_third_trips() -> None:
    guard, pulse, driver = make()
    pulse.edges = 12
    assert guard.tick_isr(10) == 0
    pulse.edges = 13
    assert guard.tick_isr(10) == guards.ABOVE
    assert driver.offs == 1 and pulse.killed == 1


@pytest.mark.req("LIM-6")
def test_edges_may_lag_by_the_two_bursts_in_flight_only() -> None:
    guard, pulse, _ = make()
    guard.note_isr(5)
    guard.note_isr(4)
    assert guard.tick_isr(9) == 0
    assert guard.tick_isr(10) == guards.BELOW


@pytest.mark.req("LIM-6")
def test_an_empty_bucket_trips_although_every_count_agrees() -> None:
    guard, pulse, driver = make(refill=0, capacity=20)
    pulse.edges = 20
    assert guard.tick_isr(20) == 0
    pulse.edges = 21
    assert guard.tick_isr(21) == guards.EMPTY
    assert driver.offs == 1


@pytest.mark.req("LIM-6")
def test_the_bucket_refills_by_its_own_constants_and_never_above_its_size() -> None:
    guard, pulse, _ = make(refill=7, capacity=20)
    pulse.edges = 10
    guard.tick_isr(10)
    assert guard.tokens == 17
    guard.tick_isr(10)
    guard.tick_isr(10)
    assert guard.tokens == 20


@pytest.mark.req("LIM-6")
def test_a_trip_stays_latched_and_stops_the_dosing_tick() -> None:
    guard, pulse, _ = make()
    dosing = Dosing(pulse, guard, FakeScratch())
    dosing.arm()
    dosing.publish(50, 50, 50, 500)
    pulse.extra_edges = 1  # a pulse program that emits n + 1
    for _ in range(50):
        dosing.tick_isr(None)
        pulse.finish()
    assert guard.tripped == guards.ABOVE
    assert dosing.armed == 0
    assert sum(pulse.bursts) <= 4
    assert guard.tick_isr(dosing.commanded) == guards.ABOVE


@pytest.mark.req("LIM-6")
def test_the_sixteen_bit_count_may_wrap() -> None:
    guard, pulse, _ = make(refill=2000, capacity=2000)
    for total in range(0, 200_000, 1000):
        pulse.edges = total
        assert guard.tick_isr(total) == 0
    assert guard.edges == 199_000
