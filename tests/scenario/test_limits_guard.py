"""The guard alone: with the plan, the books or the pulse program broken, edges stay under its cap.

Everything is broken in the RAM of a running pump, with the rolling caps switched off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scenario.delivery_rig import Rig, S, const_rx

REFILL_STEPS_S, CAPACITY_STEPS = 23, 40_000  # the therapy profile's GUARD_ constants
BURST_MAX = 511  # the count of a word has nine bits
OVER_DELIVERY = "103"


def broken(breaks: Callable[[Any], None], rate_nl_h: int = 1_000_000) -> tuple[Rig, int]:
    """A pump whose other layers never refuse, and the instant in ns at which it was broken."""
    rig = Rig()
    rig.start(const_rx(rate_nl_h))
    rig.run_for(5500)
    rig.parts.caps.room = lambda start_ms: 1 << 20
    rig.parts.granter._steps_max = lambda ticks: 1 << 20
    rig.parts.granter.check = lambda now_ms, due_ms: due_ms
    breaks(rig.parts)
    return rig, rig.now_ns


def assert_under_the_guards_cap(rig: Rig) -> None:
    """No window, from any edge to now or to the trip, holds more than capacity and refill."""
    rises = rig.rises()
    for start in range(0, len(rises), 997):
        span_s = (rises[-1] - rises[start]) / S
        most = CAPACITY_STEPS + REFILL_STEPS_S * (span_s + 1) + BURST_MAX
        assert len(rises) - start <= most


def assert_tripped(rig: Rig) -> None:
    """Driver off, latched, told; neither start nor time brings it back."""
    rig.run_for(5000)
    assert rig.pico.lines[6].level() == 1
    assert rig.status()["state"] == "fault"
    assert OVER_DELIVERY in rig.client.request("status", page=1)["active"].split(",")
    edges = rig.steps()
    rig.stop()
    with pytest.raises(Exception, match="refused"):
        rig.client.request("start")
    rig.run_for(10_000)
    assert rig.steps() == edges


def faster(times: int) -> Callable[[Any], None]:
    """A plan that gives `times` the steps of what is ordered."""

    def breaks(parts: Any) -> None:
        right = parts.plan.steps
        parts.plan.steps = lambda units: times * right(units)

    return breaks


@pytest.mark.req("LIM-6")
@pytest.mark.parametrize("times", [5, 20])
def test_a_plan_that_multiplies_n_is_stopped_by_the_bucket(times: int) -> None:
    rig, start_ns = broken(faster(times))
    refill_s = CAPACITY_STEPS / (22.2 * times - REFILL_STEPS_S)
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, refill_s * 1000 + 10_000)
    assert (rig.now_ns - start_ns) / S > refill_s / 2
    assert_under_the_guards_cap(rig)
    assert_tripped(rig)


@pytest.mark.slow
@pytest.mark.req("LIM-6")
def test_a_plan_that_doubles_n_is_stopped_by_the_bucket() -> None:
    rig, _ = broken(faster(2))
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, 2_000_000)
    assert_under_the_guards_cap(rig)
    assert_tripped(rig)


@pytest.mark.req("LIM-6")
def test_a_plan_above_the_profiles_rate_is_refused_before_its_first_step() -> None:
    rig, start_ns = broken(faster(2))
    del rig.parts.granter._steps_max
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, 3000)
    assert rig.steps(start_ns) <= 3 * 23
    assert_tripped(rig)


def counting(num: int, den: int) -> Callable[[Any], None]:
    """A ledger that books num of den steps, of what was granted as well."""

    def breaks(parts: Any) -> None:
        ledger, right = parts.ledger, parts.ledger.collect

        def collect() -> None:
            before = (ledger.granted, ledger.commanded, ledger.confirmed)
            right()
            ledger.granted -= (ledger.commanded - before[1]) * (den - num) // den
            ledger.commanded = before[1] + (ledger.commanded - before[1]) * num // den
            ledger.confirmed = before[2] + (ledger.confirmed - before[2]) * num // den

        ledger.collect = collect

    return breaks


UNDER = [(0, 1), (1, 2), (9, 10)]


@pytest.mark.req("LIM-6")
@pytest.mark.parametrize(("num", "den"), UNDER)
def test_a_ledger_that_under_counts_lets_no_more_steps_out(num: int, den: int) -> None:
    rig, start_ns = broken(counting(num, den))
    booked, edges = rig.parts.ledger.commanded, rig.steps()
    rig.run_for(300_000)
    given = rig.steps(start_ns)
    assert rig.parts.ledger.commanded - booked <= given * num / den + 1, "it did not under-count"
    assert abs(given - 300 * 1_000_000 / 3600 / 12.5) <= 23  # as ordered, to a tick
    assert (rig.parts.guard.tripped, rig.pico.lines[6].level()) == (0, 0)
    assert 0 <= edges + given - rig.parts.guard.edges <= 23, "the guard counts for itself"
    assert_under_the_guards_cap(rig)


@pytest.mark.req("LIM-6")
@pytest.mark.parametrize(("num", "den"), UNDER)
def test_a_ledger_that_under_counts_does_not_blind_the_guard(num: int, den: int) -> None:
    def both(parts: Any) -> None:
        counting(num, den)(parts)
        faster(20)(parts)

    rig, _ = broken(both)
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, 200_000)
    assert_under_the_guards_cap(rig)


@pytest.mark.req("LIM-6")
@pytest.mark.parametrize("rate_nl_h", [45_000, 1_000_000])
def test_a_pulse_program_that_makes_one_more_is_stopped_within_three_bursts(
    rate_nl_h: int,
) -> None:
    rig, start_ns = broken(lambda parts: None, rate_nl_h)
    machine = rig.pico.pios.machine(0)
    # The report at the end of a burst becomes one more pulse: nop().side(1)[3].
    rig.pico.pios.blocks[0].patch(machine.words.start + 8, 0xB342)
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, 10_000)
    commanded = rig.parts.dosing.commanded
    assert rig.steps(start_ns) >= 3 and rig.steps() <= commanded + 4
    assert_tripped(rig)


@pytest.mark.req("LIM-6")
def test_a_pulse_program_that_never_ends_is_stopped_within_two_ticks() -> None:
    rig, start_ns = broken(lambda parts: None)
    start = rig.pico.pios.machine(0).words.start
    rig.pico.pios.blocks[0].patch(start + 7, start + 4)  # jmp past the test for the last pulse
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, 5000)
    assert rig.steps(start_ns) <= 3 * 23
    assert_tripped(rig)


def flip_bit(field: str, bit: int) -> Callable[[Any], None]:
    """One bit of the calibration ratio, or of what the plan made of it."""

    def breaks(parts: Any) -> None:
        setattr(parts.plan, field, getattr(parts.plan, field) ^ 1 << bit)
        if field == "nl_num":
            parts.plan._step = 3_600_000 * parts.plan.nl_num

    return breaks


FLIPS = [("nl_num", b) for b in (0, 3, 4, 9)] + [("steps_den", b) for b in (0, 2, 5, 11)]
FLIPS += [("_step", b) for b in (0, 21, 24, 25, 26, 30)]


@pytest.mark.req("LIM-6")
@pytest.mark.parametrize(("field", "bit"), FLIPS)
def test_one_flipped_bit_of_the_calibration_stays_under_the_guards_cap(
    field: str, bit: int
) -> None:
    rig, _ = broken(flip_bit(field, bit))
    rig.run_for(100_000)
    assert_under_the_guards_cap(rig)


@pytest.mark.req("LIM-6")
def test_steps_that_nobody_commanded_trip_the_guard() -> None:
    rig, start_ns = broken(lambda parts: None, 45_000)
    line = rig.pico.lines[2]
    for _ in range(4):
        line.force(1)
        rig.run_for(1)
        line.force(None)
        rig.run_for(1)
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, 3000)
    assert rig.steps(start_ns) <= 8
    assert_tripped(rig)
