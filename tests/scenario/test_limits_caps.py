"""Rolling caps on the whole pump, searched; the pin's edges and the plant are the judges (LIM-2).

The windows are scaled down to 1 min and 24 min, so that whole windows pass within one history.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from host_tools.link import RefusedError
from tests.scenario.delivery_rig import Rig, S, bolus_rx, const_rx, day_rx, most_in

WINDOWS = ((60, 300), (24 * 60, 2_000))  # s, cap in steps of 12.5 nL
SMALL = """from profiles.therapy_step import *
CAPS = ((60_000, 5_000, 3_750), (1_440_000, 30_000, 25_000))
"""
WALL_S = 820_540_800 + 7 * 3600  # 2026-01-01 07:00

fullest = dict.fromkeys(WINDOWS, 0)
"""The most that any history put into each window: shows that the search comes near the caps."""


class Pump(RuleBasedStateMachine):
    """A person and a power supply with bad manners; what the pump refuses is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig(SMALL)
        self.granted_before = 0

    def ask(self, raw: bytes | None = None, cmd: str = "start", **fields: int) -> bool:
        """Load a prescription, or send a command; a refusal (False) is an answer too."""
        try:
            if raw is not None:
                self.rig.client.load(raw)
            else:
                self.rig.client.request(cmd, **fields)
        except RefusedError:
            return False
        return True

    @initialize(minute=st.integers(0, 5))
    def set_up(self, minute: int) -> None:
        self.ask(cmd="clock", wall_s=WALL_S + 60 * minute)
        self.ask(const_rx(55_000))
        self.ask(cmd="start")

    @rule(ms=st.one_of(st.integers(5_000, 30_000), st.integers(30_000, 100_000)))
    def wait(self, ms: int) -> None:
        self.rig.run_for(ms)

    @rule(
        span_ms=st.sampled_from([15_000, 20_000, 58_000]),
        rest_ms=st.integers(0, 20_000),
        turns=st.sampled_from([3, 20]),
    )
    def fill_often(self, span_ms: int, rest_ms: int, turns: int) -> None:
        """Again and again: the long window fills in a few acts."""
        for _ in range(turns):
            self.fill(span_ms, rest_ms)

    @rule(span_ms=st.sampled_from([15_000, 40_000, 58_000]), rest_ms=st.integers(0, 20_000))
    def fill(self, span_ms: int, rest_ms: int) -> None:
        """The largest bolus that the pump takes, and the time for it."""
        if any(self.ask(bolus_rx(nl, span_ms)) for nl in (3_700, 2_700, 1_700, 900, 300)):
            self.rig.run_for(span_ms + 2_500)
        self.rig.run_for(rest_ms)

    @rule(rate_nl_h=st.sampled_from([250, 20_000, 40_000, 57_000, 60_000]))
    def load_constant(self, rate_nl_h: int) -> None:
        self.ask(const_rx(rate_nl_h))

    @rule(
        minutes=st.lists(st.integers(0, 12), min_size=1, max_size=4, unique=True).map(sorted),
        rates=st.lists(st.sampled_from([250, 100_000, 180_000]), min_size=4, max_size=4),
        bolus_nl=st.sampled_from([0, 700, 2_500]),
    )
    def load_day(self, minutes: list[int], rates: list[int], bolus_nl: int) -> None:
        steps = [[420 + m, r, 0, 0] for m, r in zip(minutes, rates, strict=False)]
        steps[-1][2:] = [bolus_nl, 30_000] if bolus_nl else [0, 0]
        steps.append([440, 250, 0, 0])
        self.ask(day_rx(steps))

    @rule(amount_nl=st.integers(200, 3_800), span_ms=st.sampled_from([20_000, 61_000, 150_000]))
    def bolus(self, amount_nl: int, span_ms: int) -> None:
        self.ask(bolus_rx(amount_nl, span_ms))

    @rule()
    def start(self) -> None:
        self.ask(cmd="start")

    @rule()
    def stop(self) -> None:
        self.rig.stop()

    @rule(shift_s=st.integers(-700, 700))
    def set_clock(self, shift_s: int) -> None:
        self.ask(cmd="clock", wall_s=WALL_S + self.rig.now_ns // S + shift_s)

    @rule(kind=st.sampled_from(["watchdog", "forced", "power"]), seconds=st.integers(0, 90))
    def reset(self, kind: str, seconds: int) -> None:
        if kind == "power":
            self.rig.pico.power_cut(1000 * seconds)
            self.rig.run_for(1000 * seconds)
        else:
            self.rig.pico.reset(kind)
        self.come_up()

    @rule(operation=st.integers(0, 6), half=st.sampled_from([0.0, 0.5, 1.0]))
    def cut_in_a_write(self, operation: int, half: float) -> None:
        flash = self.rig.pico.flash
        flash.cut_at_op, flash.cut_fraction = flash.ops + operation, half
        boots = self.rig.pico.boots
        for _ in range(3):
            if self.rig.pico.boots == boots and flash.cut_at_op is not None:
                self.rig.pico.send(b"STOP\n")
                self.rig.run_for(500)
        flash.cut_at_op = None
        self.come_up()

    def come_up(self) -> None:
        """Boot, say hello, set the clock, acknowledge what can be."""
        self.rig.boot()
        try:
            self.rig.ack_all()
        except RefusedError:
            pass
        self.ask(cmd="clock", wall_s=WALL_S + self.rig.now_ns // S)

    def teardown(self) -> None:
        self.rig.stop()
        rises = self.rig.rises()
        for window_s, cap_steps in WINDOWS:
            most = most_in(rises, window_s * S)
            fullest[window_s, cap_steps] = max(fullest[window_s, cap_steps], most)
            assert most <= cap_steps, f"{most} steps within {window_s} s"
        assert self.rig.status()["confirmed_steps"] >= len(rises)
        assert (self.rig.bench.steps_moved, self.rig.bench.steps_lost) == (len(rises), 0)
        assert abs(self.rig.bench.dispensed_nl - 12.5 * len(rises)) <= 12.5


def search(examples: int, steps: int) -> None:
    """Run that many histories of that many acts."""
    case = Pump.TestCase
    case.settings = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    case().runTest()


@pytest.mark.req("LIM-2")
def test_no_history_puts_more_than_a_cap_into_its_window() -> None:
    search(examples=10, steps=24)
    assert fullest[WINDOWS[0]] > 0.8 * WINDOWS[0][1], "the search stays far below the cap"


@pytest.mark.req("LIM-2")
def test_who_asks_for_all_that_fits_fills_the_long_window_and_passes_neither() -> None:
    pump = Pump()
    pump.set_up(0)
    for turn in range(95):
        pump.fill(span_ms=20_000, rest_ms=20_000)
        if turn > 75 and turn % 5 == 4:  # what a reset leaves uncertain takes room
            pump.reset("power" if turn % 10 == 9 else "watchdog", seconds=3)
            pump.start()
    pump.teardown()
    assert fullest[WINDOWS[1]] > 0.9 * WINDOWS[1][1], fullest  # the search above fills the first


@pytest.mark.slow
@pytest.mark.req("LIM-2")
def test_no_long_history_puts_more_than_a_cap_into_its_window() -> None:
    search(examples=40, steps=60)
    assert all(most > 0.9 * cap for (_, cap), most in fullest.items()), fullest
