"""Rolling caps and admission searched with the pulses themselves as judge (LIM-2).

The windows are scaled down (1 min and 24 min), so that whole windows pass within one example. The
judge knows no buckets: it keeps the instant of every drop and sums every window by brute force.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from picodose import codes
from picodose.therapy.admission import Forecast, admit
from picodose.therapy.bolus import Bolus
from picodose.therapy.caps import Caps
from picodose.therapy.limits import Limits
from picodose.therapy.prescription import encode, parse
from picodose.therapy.schedule import Schedule
from picodose.therapy.wallclock import WallClock

MINUTE_MS = 60_000
SEGMENT_MS = 2_000
WINDOWS = ((MINUTE_MS, 5_000, 100), (24 * MINUTE_MS, 30_000, 600))


def fullest(drops: list[tuple[int, int]], window_ms: int) -> int:
    """Largest sum of drops in any half-open window (t - window, t]; drops sorted by time."""
    best = total = tail = 0
    for t_ms, steps in drops:
        total += steps
        while drops[tail][0] <= t_ms - window_ms:
            total -= drops[tail][1]
            tail += 1
        best = max(best, total)
    return best


class GreedyPump(RuleBasedStateMachine):
    """Grants whatever room allows, drops as early or late as the contract permits."""

    def __init__(self) -> None:
        super().__init__()
        self.caps = Caps(WINDOWS)
        self.now_ms = 0
        self.off_ms = 0  # real time = monotonic time + off_ms
        self.drops: list[tuple[int, int]] = []

    @rule(share=st.integers(1, 100), at_ms=st.integers(0, SEGMENT_MS + 2_000 - 1))
    def grant(self, share: int, at_ms: int) -> None:
        steps = self.caps.room(self.now_ms) * share // 100
        self.caps.grant(steps, self.now_ms + SEGMENT_MS)
        if steps:
            self.drops.append((self.now_ms + at_ms + self.off_ms, steps))
        self.now_ms += SEGMENT_MS

    @rule(ms=st.one_of(st.integers(0, 8_000), st.integers(0, 30 * MINUTE_MS)))
    def idle(self, ms: int) -> None:
        self.now_ms += ms

    @rule(dark_ms=st.integers(0, 30 * MINUTE_MS))
    def lose_power(self, dark_ms: int) -> None:
        phase_ms, counts, totals = self.caps.save(self.now_ms)
        self.off_ms += self.now_ms + dark_ms + 4_000  # no drop of before falls after the boot
        self.now_ms = 0
        self.caps = Caps(WINDOWS)
        self.caps.restore(0, phase_ms, counts, totals)

    @rule()
    def look(self) -> None:
        assert 0 <= self.caps.room(self.now_ms) <= 100

    def teardown(self) -> None:
        """Later drops take nothing away from a window: one judgement at the end sees them all."""
        drops = sorted(self.drops)
        for window_ms, _bucket_ms, cap_steps in WINDOWS:
            assert fullest(drops, window_ms) <= cap_steps


GreedyPump.TestCase.settings = settings(max_examples=100, stateful_step_count=60)


@pytest.mark.req("LIM-2")
def test_no_sequence_of_grants_and_power_cuts_passes_a_cap() -> None:
    GreedyPump.TestCase().runTest()


NL_NUM, STEPS_DEN = 25, 2
RATE_MAX = 60_000_000
CAP_WINDOWS = ((MINUTE_MS, 5_000), (24 * MINUTE_MS, 30_000))
Rule = Callable[["Bench", Bolus], bool]


class Bench:
    """A program, boluses asked at random times, and the plan's arithmetic in 2 s segments."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.wall = WallClock()
        self.wall.set(0, 23 * 3_600)  # Saturday: after an hour comes another pattern of the week
        kinds = (self._day, self._week, self._periodic)
        head = {"v": 2, "fluid": "water", "conc_ug_ml": 0}
        raw = encode({**head, **kinds[seed % 3]()})
        self.rx = parse(raw, Limits(250, RATE_MAX, 10**8, RATE_MAX, ()))
        self.schedule = Schedule(self.rx, self.pick.randint(0, 600_000))
        spare_nl = self.pick.choice([2_000, 20_000, 100_000])
        self.caps = Caps(
            tuple(
                (w, b, self._largest_steps(w + b + 6_000) + 2 + spare_nl * STEPS_DEN // NL_NUM)
                for w, b in CAP_WINDOWS
            )
        )
        self.boluses: list[Bolus] = []
        self.now_ms = 0

    def _steps(self, minutes: range, most: int) -> list[list[int]]:
        starts = sorted(self.pick.sample(minutes, self.pick.randint(1, most)))
        steps = [[m, self.pick.choice([250, 100_000, 1_000_000, 3_000_000]), 0, 0] for m in starts]
        if self.pick.random() < 0.5:
            steps[-1][2:] = [self.pick.randint(500, 30_000), self.pick.choice([20_000, 90_000])]
        return steps

    def _day(self) -> dict[str, object]:
        before, after = self._steps(range(60), 2), self._steps(range(1_380, 1_438), 2)
        return {"mode": "day", "fallback_nl_h": 250, "steps": before + after}

    def _week(self) -> dict[str, object]:
        days = [self._steps(range(1_380, 1_438), 3), self._steps(range(60), 3)]
        return {"mode": "week", "fallback_nl_h": 250, "week": [1] * 5 + [0, 1], "patterns": days}

    def _periodic(self) -> dict[str, object]:
        bolus = {"bolus_nl": self.pick.randint(500, 30_000), "bolus_ms": 90_000}
        interval_ms = self.pick.randint(300_000, 2_000_000)
        return {"mode": "periodic", "rate_nl_h": 100_000, **bolus, "interval_ms": interval_ms}

    def _largest_steps(self, length_ms: int) -> int:
        units: int = self.rx.largest_units(length_ms)
        return -(-units * STEPS_DEN // (NL_NUM * 3_600_000))

    def forecast(self, extra: list[Bolus]) -> Forecast:
        return Forecast(self.schedule, self.wall, self.boluses + extra, NL_NUM, STEPS_DEN)

    def ask(self, rule_: Rule) -> None:
        bolus = Bolus(
            1,
            0,
            self.pick.randint(100, 120_000),
            self.pick.choice([2_000, 30_000, 200_000, 1_800_000]),
            self.now_ms,
        )
        if rule_(self, bolus):
            self.boluses.append(bolus)

    def refused_steps(self, rule_: Rule) -> int:
        """Run two hours and return how many ordered steps the grant check had to refuse."""
        refused = granted = 0
        while self.now_ms < 120 * MINUTE_MS:
            if self.pick.random() < 0.01:
                self.ask(rule_)
            end_ms = self.now_ms + SEGMENT_MS
            target = self.forecast([]).units_between(0, end_ms) * STEPS_DEN // (NL_NUM * 3_600_000)
            wanted = target - granted
            given = min(wanted, self.caps.room(self.now_ms))
            self.caps.grant(given, end_ms)
            refused += wanted - given
            granted, self.now_ms = target, end_ms
        return refused


def looks_forward(bench: Bench, bolus: Bolus) -> bool:
    try:
        admit(bench.caps, bench.now_ms, bench.forecast([bolus]), bolus.end_ms)
    except codes.Refused:
        return False
    return True


def looks_back_only(bench: Bench, bolus: Bolus) -> bool:
    """The published rule that let basal pass the cap after an early bolus."""
    steps = bolus.amount_nl * STEPS_DEN // NL_NUM
    return all(w.total(bench.now_ms) + steps <= w.cap_steps for w in bench.caps.windows)


def boluses_and_present_basal(bench: Bench, bolus: Bolus) -> bool:
    """The published repair: it forgets what a higher rate already put into the window."""
    basal_nl_h = bench.schedule.rate_nl_h(bench.now_ms, bench.wall)
    for w in bench.caps.windows:
        since = bench.now_ms - w.window_ms
        nl = sum(b.amount_nl for b in [*bench.boluses, bolus] if b.start_ms >= since)
        if (nl + basal_nl_h * w.window_ms // 3_600_000) * STEPS_DEN // NL_NUM > w.cap_steps:
            return False
    return True


@pytest.mark.req("LIM-2")
def test_an_accepted_bolus_never_makes_the_program_refused_later() -> None:
    accepted = 0
    for seed in range(9):
        bench = Bench(seed)
        assert bench.refused_steps(looks_forward) == 0, f"seed {seed}"
        accepted += len(bench.boluses)
    assert accepted >= 7


@pytest.mark.req("LIM-2")
@pytest.mark.parametrize("rule_", [looks_back_only, boluses_and_present_basal])
def test_the_same_search_catches_the_published_broken_rules(rule_: Rule) -> None:
    assert any(Bench(seed).refused_steps(rule_) > 0 for seed in range(18))
