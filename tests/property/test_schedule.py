"""Random clock sets against a minute-by-minute oracle (THER-7, CLK-1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picodose.therapy.limits import Limits
from picodose.therapy.prescription import Prescription, encode, parse
from picodose.therapy.schedule import Schedule
from picodose.therapy.wallclock import WallClock

MINUTE_MS = 60_000
DAY_MIN = 1440
WEEK_MIN = 7 * DAY_MIN
LIMITS = Limits(250, 10**6, 10**6, 10**6, ())


@st.composite
def patterns(draw: st.DrawFn) -> list[list[int]]:
    starts = sorted(draw(st.sets(st.integers(0, DAY_MIN - 1), min_size=1, max_size=4)))
    return [
        [m, draw(st.integers(250, 9_000)), *draw(st.sampled_from([(0, 0), (500, 20_000)]))]
        for m in starts
    ]


@st.composite
def programs(draw: st.DrawFn) -> Prescription:
    """A day program, or a week of two or three patterns."""
    head = {"v": 2, "fluid": "water", "conc_ug_ml": 0, "fallback_nl_h": 777}
    days = draw(st.lists(patterns(), min_size=1, max_size=3))
    if len(days) == 1:
        return parse(encode({**head, "mode": "day", "steps": days[0]}), LIMITS)
    more = draw(st.lists(st.integers(0, len(days) - 1), min_size=4, max_size=4))
    week = draw(st.permutations((list(range(len(days))) * 2)[:3] + more))
    return parse(encode({**head, "mode": "week", "week": week, "patterns": days}), LIMITS)


def week_of(rx: Prescription) -> list[tuple[int, int, int]]:
    """Every step of the week that begins on 2000-01-01: (minute, rate, bolus), by the calendar."""
    found = []
    for day in range(7):
        weekday = (date(2000, 1, 1) + timedelta(days=day)).weekday()
        for minute, rate, nl, _ms in rx.patterns[rx.week[weekday]]:
            found.append((day * DAY_MIN + minute, rate, nl))
    return found


def rates_of(rx: Prescription) -> list[int]:
    """The rate in force in each minute of that week: written twice, read in the second round."""
    rates = [0] * (2 * WEEK_MIN)
    for around in (0, WEEK_MIN):
        for start, rate, _nl in week_of(rx):
            rates[around + start :] = [rate] * (2 * WEEK_MIN - around - start)
    return rates[WEEK_MIN:]


LIVES = st.lists(st.tuples(st.integers(1, 2_000), st.integers(-1_400, 1_400)), max_size=5)


class Life:
    """A schedule lived through: stretches of minutes, then a clock set by a shift in minutes."""

    def __init__(self, rx: Prescription, stretches: list[tuple[int, int]]) -> None:
        self.plan, self.wall = Schedule(rx), WallClock()
        self.given: list[tuple[int, int]] = []  # (mono minute, wall minute)
        self.missed: list[int] = []
        self.now = 0  # mono minutes
        self.wall.set(0, 10 * DAY_MIN * 60)
        self.shift = 10 * DAY_MIN
        self.lived: list[tuple[int, int]] = []  # (mono, wall) minute by minute
        for minutes, jump in stretches:
            self.live(minutes)
            self.jump(jump)
        self.live(1_500)

    def live(self, minutes: int) -> None:
        t_ms, end_ms = self.now * MINUTE_MS, (self.now + minutes) * MINUTE_MS
        while due := self.plan.bolus_due(t_ms, end_ms, self.wall):
            assert due[0] % MINUTE_MS == 0
            self.given.append((due[0] // MINUTE_MS, due[0] // MINUTE_MS + self.shift))
        self.lived += [(m, m + self.shift) for m in range(self.now, self.now + minutes)]
        self.now += minutes

    def jump(self, minutes: int) -> None:
        self.shift += minutes
        skipped = self.wall.set(self.now * MINUTE_MS, (self.now + self.shift) * 60)
        if skipped:
            found = self.plan.boluses_between(*skipped)
            self.missed += [at_ms // MINUTE_MS for at_ms, _nl, _step in found]


@pytest.mark.req("THER-7", "CLK-1")
@settings(max_examples=100)
@given(programs(), LIVES)
def test_each_scheduled_bolus_has_one_fate(rx: Prescription, stretches: list) -> None:  # type: ignore[type-arg]
    life = Life(rx, stretches)
    starts = {start for start, _rate, nl in week_of(rx) if nl}
    highest, expected = -1, []
    for mono, wall in life.lived:
        if wall > highest and wall % WEEK_MIN in starts:
            expected.append((mono, wall))
        highest = max(highest, wall)
    if all(jump > -DAY_MIN for _m, jump in stretches) and sum(j for _, j in stretches) > -DAY_MIN:
        assert set(life.given) <= set(expected)  # never repeated, never made up
    fates = [wall for _mono, wall in life.given] + life.missed
    behind = 0
    for _m, jump in stretches:
        behind = min(0, behind + jump)
    if behind == 0 and all(jump >= 0 for _m, jump in stretches):
        assert life.given == expected
        all_starts = [
            w for w in range(10 * DAY_MIN, life.now + life.shift) if w % WEEK_MIN in starts
        ]
        assert sorted(fates) == all_starts


@pytest.mark.req("THER-7")
@settings(max_examples=60)
@given(programs(), LIVES)
def test_no_step_gives_its_bolus_twice_within_a_day_of_running(
    rx: Prescription,
    stretches: list,  # type: ignore[type-arg]
) -> None:
    back = [(minutes, min(jump, 0)) for minutes, jump in stretches]
    life = Life(rx, back)
    for i, (mono, wall) in enumerate(life.given):
        for later_mono, later_wall in life.given[i + 1 :]:
            if (later_wall - wall) % DAY_MIN == 0:
                assert later_mono - mono >= DAY_MIN


@pytest.mark.req("THER-7")
@settings(max_examples=50)
@given(programs(), st.integers(0, WEEK_MIN * 60 - 1), st.data())
def test_volume_is_the_sum_over_minutes(
    rx: Prescription, wall_s: int, data: st.DataObject
) -> None:
    plan, wall = Schedule(rx), WallClock()
    wall.set(0, wall_s)
    from_ms = (-wall_s % 60) * 1000  # the first whole minute
    first = data.draw(st.integers(0, 3_000))
    count = data.draw(st.integers(0, 3_000))
    begin_ms = from_ms + first * MINUTE_MS
    wall_min = -(-wall_s // 60) + first
    rates = rates_of(rx)
    expected = sum(rates[(wall_min + i) % WEEK_MIN] for i in range(count)) * MINUTE_MS
    assert plan.units(begin_ms, begin_ms + count * MINUTE_MS, wall) == expected
    boundary_ms = plan.next_boundary_ms(begin_ms, wall)
    starts = {step[0] for step in week_of(rx)}
    following = next(m for m in range(1, WEEK_MIN) if (wall_min + m) % WEEK_MIN in starts)
    assert boundary_ms == begin_ms + following * MINUTE_MS


@pytest.mark.req("THER-1", "THER-7")
@given(
    st.integers(0, 10**7),
    st.integers(300_000, 10**7),
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(-(10**6), 10**6)), max_size=9),
)
def test_periodic_boluses_keep_to_monotonic_time_whatever_the_clock_does(
    first_ms: int, interval_ms: int, lives: list[tuple[int, int]]
) -> None:
    head = {"v": 2, "mode": "periodic", "fluid": "water", "conc_ug_ml": 0, "rate_nl_h": 250}
    bolus = {"bolus_nl": 500, "bolus_ms": 20_000, "interval_ms": interval_ms}
    plan, wall = Schedule(parse(encode({**head, **bolus}), LIMITS), first_ms), WallClock()
    given_ms, now_ms = [], 0
    for lived_ms, jump_s in lives:
        coming = plan.periodic_units(now_ms, now_ms + lived_ms)
        edges = list(plan.periodic_edges_ms(now_ms + lived_ms))
        count = 0
        while due := plan.bolus_due(now_ms, now_ms + lived_ms, wall):
            assert due[1:] == (500, 20_000, 0)
            given_ms.append(due[0])
            assert edges[2 * count : 2 * count + 2] == [due[0], due[0] + 20_000]
            count += 1
        cut_ms = max(0, 20_000 - (now_ms + lived_ms - given_ms[-1])) if count else 0
        assert coming == count * 500 * 3_600_000 - -(-500 * 3_600_000 * cut_ms // 20_000)
        now_ms += lived_ms
        wall.set(now_ms, 10**8 + jump_s)
    assert given_ms == list(range(first_ms, now_ms, interval_ms))
    assert plan.rate_nl_h(now_ms, wall) == 250


@pytest.mark.req("THER-7", "CLK-1")
def test_a_clock_set_over_midnight_tells_the_boluses_of_the_right_pattern() -> None:
    head = {"v": 2, "mode": "week", "fluid": "water", "conc_ug_ml": 0, "fallback_nl_h": 250}
    days = [[[1_200, 250, 500, 20_000]], [[60, 250, 700, 20_000]]]
    rx = parse(encode({**head, "week": [0, 0, 0, 0, 0, 0, 1], "patterns": days}), LIMITS)
    plan, wall = Schedule(rx), WallClock()
    wall.set(0, 13 * 3_600)  # Saturday, 2000-01-01, 13:00
    skipped = wall.set(1_000, 26 * 3_600)  # Sunday 02:00
    assert skipped is not None
    found = plan.boluses_between(*skipped)
    assert found == [(20 * 3_600_000, 500, 0), (25 * 3_600_000, 700, 0)]
    assert plan.bolus_due(1_000, 42 * 3_600_000, wall) is None  # until Monday 20:00
    due = plan.bolus_due(42 * 3_600_000, 43 * 3_600_000, wall)
    assert due == (42 * 3_600_000 + 1_000, 500, 20_000, 0)
