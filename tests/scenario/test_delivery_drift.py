"""No drift: counted steps are the floor of the ideal volume after a year and after a month."""

from __future__ import annotations

from fractions import Fraction

import pytest

from picodose.delivery.dosing import Dosing
from picodose.delivery.granter import Granter
from picodose.delivery.ledger import Ledger
from picodose.delivery.plan import Plan
from tests.delivery.fakes import FakeScratch, OpenGuard
from tests.scenario.delivery_rig import MS, Rig, S, const_rx, day_rx

DAY_S = 86_400
NL_NUM, STEPS_DEN = 40_013, 3_217  # as a gravimetric calibration gives: nL per steps, prime
RATE_NL_H = 17_777
START_S = 820_540_800  # 2026-01-01 00:00, the earliest time that the pump's clock takes


class PromptPulse:
    """Hardware that emits and reports every burst before the next tick."""

    def __init__(self) -> None:
        self.handed_over = self._due = 0

    def ready_isr(self) -> int:
        return 1

    def burst_isr(self, count: int) -> None:
        self._due = count
        self.handed_over += count

    def collect_isr(self) -> int:
        count, self._due = self._due, 0
        return count


class ConstantOrder:
    """What the real order says of a constant rate."""

    def units(self, t0_ms: int, t1_ms: int) -> int:
        return RATE_NL_H * (t1_ms - t0_ms)

    def next_change_ms(self, t_ms: int, limit_ms: int) -> int:
        return limit_ms


class EndlessCaps:
    """Caps that never refuse."""

    def room(self, start_ms: int) -> int:
        return 1 << 20

    def grant(self, steps: int, end_ms: int) -> None:
        pass


class Year:
    """Plan, granter, ledger and tick code as on the board, without a board."""

    def __init__(self) -> None:
        self.pulse = PromptPulse()
        self.dosing = Dosing(self.pulse, OpenGuard(), FakeScratch())
        self.ledger = Ledger(self.dosing)
        plan, cover = Plan(NL_NUM, STEPS_DEN), lambda steps, now_ms: True
        self.granter = Granter(
            ConstantOrder(), plan, EndlessCaps(), self.ledger, self.dosing, cover, 50, 1_000_000
        )
        self.dosing.arm()
        self.granter.begin(1000, 1000)
        self.granter.run(0)
        self.now_ms = 1000

    def ideal(self, ms: int) -> int:
        """Floor of the ideal steps after so many ms: an arithmetic of its own."""
        steps = Fraction(RATE_NL_H * ms, 3_600_000) * STEPS_DEN / NL_NUM
        return steps.numerator // steps.denominator

    def run_segments(self, count: int) -> None:
        """Two ticks of a second each; the loop looks after the first."""
        tick_isr, look, now_ms = self.dosing.tick_isr, self.granter.run, self.now_ms
        for _ in range(count):
            tick_isr(None)
            look(now_ms + 1)
            tick_isr(None)
            now_ms += 2000
        self.now_ms = now_ms


def run_days(days: int) -> None:
    """Whole days; after each the steps handed over are the floor of the ideal."""
    year = Year()
    for day in range(1, days + 1):
        year.run_segments(DAY_S // 2)
        assert year.pulse.handed_over == year.ideal(day * DAY_S * 1000)
        year.ledger.collect()
    year.dosing.tick_isr(None)
    year.ledger.collect()
    assert year.ledger.confirmed == year.ideal(days * DAY_S * 1000)
    assert (year.ledger.missed_stall, year.granter.missed_units) == (0, 0)


@pytest.mark.req("DEL-1")
def test_two_days_end_on_the_floor_of_the_ideal() -> None:
    run_days(2)


@pytest.mark.req("DEL-1")
def test_at_any_tick_the_steps_are_within_one_ticks_steps_of_the_ideal() -> None:
    year = Year()
    for k in range(5000):
        year.dosing.tick_isr(None)
        year.granter.run(year.now_ms + 1)
        year.now_ms += 1000
        assert abs(year.pulse.handed_over - year.ideal((k + 1) * 1000)) <= 1


@pytest.mark.slow(150)
@pytest.mark.timeout(900)
@pytest.mark.req("DEL-1")
def test_365_days_end_on_the_floor_of_the_ideal() -> None:
    run_days(365)


PROGRAM: list[list[int]] = [
    [0, 8_000, 0, 0], [420, 20_000, 2_000, 300_000], [1200, 12_000, 1_500, 600_000]
]  # fmt: skip


def spent_s(t_s: Fraction, from_s: int, span_s: Fraction) -> Fraction:
    """How much of the stretch that begins at from_s has passed at t_s."""
    return max(Fraction(0), min(t_s - from_s, span_s))


def program_steps(t_s: Fraction) -> Fraction:
    """Ideal steps of PROGRAM from a midnight until t_s later, boluses included."""
    total_nl = Fraction(0)
    for day in range(int(t_s) // DAY_S + 1):
        for k, (start_min, rate_nl_h, bolus_nl, bolus_ms) in enumerate(PROGRAM):
            from_s = day * DAY_S + start_min * 60
            next_min = PROGRAM[k + 1][0] if k + 1 < len(PROGRAM) else 1440
            basal_s = spent_s(t_s, from_s, Fraction(next_min * 60 - start_min * 60))
            total_nl += basal_s * rate_nl_h / 3600
            if bolus_nl:
                bolus_s = spent_s(t_s, from_s, Fraction(bolus_ms, 1000))
                total_nl += bolus_s * 1000 * bolus_nl / bolus_ms
    return total_nl * 2 / 25


def run_program(rig: Rig, hours: int, look_s: int) -> None:
    """Set the clock to midnight, start PROGRAM; at every look the edges are the ideal's floor."""
    rig.pico.set_adc_mv(0, 3_100)  # a battery that never ends
    rig.client.request("clock", wall_s=START_S)
    set_ns = rig.now_ns
    rig.start(day_rx(PROGRAM))
    started_s = Fraction(rig.now_ns - set_ns, S)
    offset = program_steps(started_s)
    for number in range(1, hours * 3600 // look_s + 1):
        rig.run_for(look_s * 1000 - (number == 1) * (rig.now_ns - set_ns) / MS)
        ideal = program_steps(Fraction(rig.now_ns - set_ns, S)) - offset
        assert abs(rig.steps() - ideal) <= 2, f"look {number}"
    rig.stop()
    rig.assert_booked()
    assert rig.bench.dispensed_nl == rig.steps() * 12.5


@pytest.mark.slow
@pytest.mark.req("DEL-1")
def test_a_day_program_with_a_bolus_is_within_a_ticks_steps_of_the_ideal() -> None:
    run_program(Rig(), hours=8, look_s=900)


@pytest.mark.slow(200)
@pytest.mark.timeout(900)
@pytest.mark.req("DEL-1")
def test_thirty_days_on_the_virtual_pico_do_not_drift() -> None:
    rig = Rig("from profiles.therapy_step import *\nRESERVOIR_NL = 200_000_000\n")
    run_program(rig, hours=30 * 24, look_s=6 * 3600)


@pytest.mark.req("DEL-1")
def test_a_constant_rate_on_the_virtual_pico_is_the_floor_of_the_ideal() -> None:
    rig = Rig()
    rig.start(const_rx(100_000))
    rig.pico.until(lambda: rig.steps() > 0, 10_000)
    first_ns = rig.rises()[0]
    rig.run_for(600_000)
    ideal = Fraction(100_000 * (rig.now_ns - first_ns), 3600 * S) * 2 / 25
    assert abs(rig.steps() - ideal) <= 2 + Fraction(100_000, 3600) * 2 / 25
