"""Random clock sets against a minute-by-minute oracle (THER-7, CLK-1)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picodose.therapy.limits import Limits
from picodose.therapy.prescription import Prescription, encode, parse
from picodose.therapy.schedule import Schedule
from picodose.therapy.wallclock import WallClock

MINUTE_MS = 60_000
DAY_MIN = 1440
LIMITS = Limits(250, 10**6, 10**6, 10**6, ())


@st.composite
def programs(draw: st.DrawFn) -> Prescription:
    starts = sorted(draw(st.sets(st.integers(0, DAY_MIN - 1), min_size=1, max_size=4)))
    steps = [
        [m, draw(st.integers(250, 9_000)), *draw(st.sampled_from([(0, 0), (500, 20_000)]))]
        for m in starts
    ]
    head = {"v": 2, "mode": "day", "fluid": "water", "conc_ug_ml": 0, "fallback_nl_h": 777}
    return parse(encode({**head, "steps": steps}), LIMITS)


def rates_of(rx: Prescription) -> list[int]:
    """The rate in force in each minute of the day: written twice, read in the second round."""
    rates = [0] * (2 * DAY_MIN)
    for start, rate, _nl, _ms in rx.steps + tuple(
        (s + DAY_MIN, r, n, m) for s, r, n, m in rx.steps
    ):
        rates[start:] = [rate] * (2 * DAY_MIN - start)
    return rates[DAY_MIN:]


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
@settings(max_examples=200)
@given(programs(), LIVES)
def test_each_scheduled_bolus_has_one_fate(rx: Prescription, stretches: list) -> None:  # type: ignore[type-arg]
    life = Life(rx, stretches)
    starts = {start for start, _rate, nl, _ms in rx.steps if nl}
    highest, expected = -1, []
    for mono, wall in life.lived:
        if wall > highest and wall % DAY_MIN in starts:
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
            w for w in range(10 * DAY_MIN, life.now + life.shift) if w % DAY_MIN in starts
        ]
        assert sorted(fates) == all_starts


@pytest.mark.req("THER-7")
@settings(max_examples=100)
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
@settings(max_examples=100)
@given(programs(), st.integers(0, DAY_MIN * 60 - 1), st.data())
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
    expected = sum(rates[(wall_min + i) % DAY_MIN] for i in range(count)) * MINUTE_MS
    assert plan.units(begin_ms, begin_ms + count * MINUTE_MS, wall) == expected
    boundary_ms = plan.next_boundary_ms(begin_ms, wall)
    starts = {step[0] for step in rx.steps}
    following = next(m for m in range(1, DAY_MIN + 1) if (wall_min + m) % DAY_MIN in starts)
    assert boundary_ms == begin_ms + following * MINUTE_MS
