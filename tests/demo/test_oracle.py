"""The oracle against figures worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from host_tools.demo.oracle import Order, Outage, deliverable_nl, order_of
from host_tools.demo.scenario import Scenario, short_day
from host_tools.rx import limits_of, read_plan

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "host_tools" / "examples"
DAY_S = 86_400
HOUR_S = 3_600


def example(name: str, start_s: int = 0, duration_s: int = DAY_S) -> Order:
    """An example file, asked for a bolus at 08:00 if it is one."""
    text = (EXAMPLES / f"{name}.toml").read_text()
    return order_of(text, 250, start_s, duration_s, 8 * HOUR_S)


@pytest.mark.req("THER-1", "THER-7")
def test_a_day_of_the_example_is_387_ul() -> None:
    order = example("day_night")
    # 6.5 h x 8 + 2.5 h x 24 + 8.5 h x 18 + 3.5 h x 22 + 3 h x 12 = 378 uL, and 4 + 5 of boluses
    assert order.volume_nl(0, DAY_S) == 387_000
    # 06:00 to 07:00: half an hour at 8, half at 24, and the bolus of 4
    assert order.volume_nl(6 * HOUR_S, 7 * HOUR_S) == 20_000
    # 06:30 to 06:35: 24 uL/h for 1/12 h, and half of the bolus
    assert order.volume_nl(23_400, 23_700) == 2_000 + 2_000
    assert order.rate_nl_h(23_399) == 8_000
    assert order.rate_nl_h(23_400) == 24_000


def test_a_part_of_the_day_begins_with_the_rate_in_force() -> None:
    order = example("day_night", 10 * HOUR_S, 10 * HOUR_S)
    assert order.points == ((0, 18_000), (27_000, 22_000))
    assert [(int(b.start_s), b.amount_nl) for b in order.boluses] == [(27_000, 5_000)]


def test_before_the_first_step_of_a_day_the_last_of_yesterday_holds() -> None:
    text = 'mode = "day"\n[[step]]\nat = "06:00"\nrate = "24 uL/day"\n'
    order = order_of(text, 250, 0, DAY_S, 0)
    assert order.points == ((0, 1_000), (21_600, 1_000))
    assert order.fallback_nl_h == 1_000


@pytest.mark.req("THER-2")
@pytest.mark.parametrize(
    ("written", "nl_h"),
    [
        ('"12 ug/h"\nconcentration = "500 ug/mL"', 24_000),  # 12 ug are 24 uL
        ('"0.0001 mg/min"\nconcentration = "1 mg/mL"', 6_000),  # 0.1 uL a minute
        ('"10 uL/day"', 416),  # 416.67, rounded down
        ('"1.5 \u00b5L / h"', 1_500),
    ],
)
def test_rates_in_any_unit(written: str, nl_h: int) -> None:
    assert order_of(f'mode = "const"\nrate = {written}\n', 250, 0, DAY_S, 0).points == ((0, nl_h),)


def test_the_lowest_rate_is_the_pumps() -> None:
    assert example("minimum").volume_nl(0, HOUR_S) == 250


def test_a_single_bolus_stands_where_it_was_asked_for() -> None:
    order = example("single_bolus")
    assert order.volume_nl(0, 8 * HOUR_S + 300) == 2_500
    assert order.volume_nl(0, DAY_S) == 5_000
    assert order.rate_max_nl_h() == 30_000


@pytest.mark.req("THER-10", "LIM-4")
def test_an_outage_costs_what_was_ordered_meanwhile() -> None:
    order = example("day_night")
    outage = Outage(Fraction(18 * HOUR_S), Fraction(65_400), Fraction(66_600))
    # ten minutes without power at 22 uL/h, then twenty at the fallback of 8 instead of 22
    lost_nl = 22_000 * Fraction(1, 6) + 14_000 * Fraction(1, 3)
    assert deliverable_nl(order, outage, Fraction(0), Fraction(DAY_S)) == 387_000 - lost_nl
    hour = (Fraction(18 * HOUR_S), Fraction(19 * HOUR_S))
    assert deliverable_nl(order, outage, *hour) == 22_000 - lost_nl
    assert deliverable_nl(order, outage, Fraction(0), hour[0]) == order.volume_nl(0, 64_800)


@pytest.mark.req("THER-10", "THER-11")
def test_a_bolus_that_the_outage_cuts_ends_there() -> None:
    order = example("day_night")
    # the bolus of 17:30 is cut after 2 min: 1 of its 5 uL is given; the clock is set at 17:50
    outage = Outage(Fraction(63_120), Fraction(63_180), Fraction(64_200))
    given = deliverable_nl(order, outage, Fraction(63_000), Fraction(65_400))
    basal = 22_000 * Fraction(120, 3600) + 8_000 * Fraction(1020, 3600) + 22_000 * Fraction(1, 3)
    assert given == 1_000 + basal


@pytest.mark.req("THER-7")
def test_a_bolus_that_was_due_without_the_time_of_day_is_missed() -> None:
    order = example("day_night")
    outage = Outage(Fraction(62_940), Fraction(62_970), Fraction(63_600))  # around 17:30
    given = deliverable_nl(order, outage, Fraction(63_600), Fraction(63_900))
    assert given == 22_000 * Fraction(1, 12)


@pytest.mark.parametrize("name", ["day_night", "constant", "minimum", "single_bolus", "periodic"])
def test_oracle_and_pump_agree_on_every_example(name: str) -> None:
    plan = read_plan(EXAMPLES / f"{name}.toml", limits_of())
    order = example(name)
    assert order.volume_nl(0, DAY_S) == plan.rx.total_24h_nl()
    assert order.mode == plan.rx.mode


@pytest.mark.req("THER-1")
def test_a_week_is_read_by_its_day_and_the_second_opinion_agrees_with_the_pump() -> None:
    text = (EXAMPLES / "week.toml").read_text()
    rx = read_plan(EXAMPLES / "week.toml", limits_of()).rx
    for weekday in range(7):
        order = order_of(text, 250, 0, DAY_S, 0, weekday)
        day_ms = weekday * DAY_S * 1_000
        units = rx.curve.volume_units(day_ms, day_ms + DAY_S * 1_000)
        assert order.volume_nl(0, DAY_S) == Fraction(units, 3_600_000)
    assert Scenario().weekday == 0


@pytest.mark.req("THER-1", "THER-10")
def test_periodic_boluses_count_from_the_start_and_move_with_the_outage() -> None:
    text = (EXAMPLES / "periodic.toml").read_text()
    order = order_of(text, 250, 0, DAY_S, 0, begun_s=-10)
    assert [float(b.start_s) for b in order.boluses] == [k * 4 * HOUR_S - 10 for k in range(7)]
    moved = order.moved(18 * HOUR_S, 20.25 * HOUR_S, DAY_S)
    assert [float(b.start_s) for b in moved.boluses[4:]] == [57_590, 20.25 * HOUR_S]
    assert len(order.moved(18 * HOUR_S, None, DAY_S).boluses) == 5
    assert not order.waits
    day = example("day_night")
    assert day.moved(18 * HOUR_S, None, DAY_S) == day


@pytest.mark.req("THER-9", "THER-10")
def test_a_trial_gets_nothing_from_the_outage_until_it_is_started_again() -> None:
    order = example("trial")
    assert order.is_trial and order.waits
    outage = Outage(Fraction(18 * HOUR_S), Fraction(66_601), Fraction(66_601))
    given = deliverable_nl(order, outage, Fraction(18 * HOUR_S), Fraction(19 * HOUR_S))
    assert given == Fraction(8_333 * (3600 - 1801), 3600)


def test_the_bag_is_low_when_the_scenario_says() -> None:
    order = example("day_night")
    # by 15:00: 6.5 h x 8 + 2.5 h x 24 + 6 h x 18 uL and the first bolus
    assert Scenario().fill_nl(order) == 2_000_000 + 224_000


def test_the_bag_does_not_run_empty_after_it_is_low() -> None:
    order = order_of('mode = "const"\nrate = "1 mL/h"\n', 250, 0, DAY_S, 0)
    assert Scenario().fill_nl(order) == 2_000_000 + 24_000_000 - 900_000


def test_every_reading_of_both_days_finds_a_pump_with_power_and_time() -> None:
    for day in (Scenario(), short_day()):
        readings = range(0, day.duration_s + 1, day.row_s)
        assert not [t_s for t_s in readings if day.cut_s < t_s <= day.clock_set_s]
