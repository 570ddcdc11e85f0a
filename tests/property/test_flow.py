"""The judges of flow against the plant's own tube, line and sensors, at every rate.

No pump runs here: steps turn the plant's rotor, the judges see what the sensors would show at each
look. The plant pulses, wears and is noisy.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picodose.delivery.plan import Plan
from picodose.safety.flow import Leak, Rotor
from profiles import sensed_step as profile
from shim.plant import Bench, PlantFacts
from tools import detection

RATES = st.integers(profile.RATE_MIN_NL_H, profile.RATE_MAX_NL_H)
LIMITS = {limit.alarm: limit.steps for limit in detection.limits(profile)}
STEP_NL = profile.NL_NUM / profile.STEPS_DEN


class Bedside:
    """A rotor turned at one rate, and what the judges say at each look (4 readings, not 16)."""

    def __init__(self, seed: int, rate_nl_h: int) -> None:
        self.bench = Bench(seed, facts=PlantFacts.sensed())
        self.bench._now_ns = lambda: self.t_ns  # type: ignore[method-assign]
        self.t_ns = self.steps = self.marks = 0
        self._step_ns = STEP_NL * 3.6e15 / rate_nl_h / 1000
        self.per_look = max(1, round(profile.FLOW_MS * 1e6 / self._step_ns))
        self._level = self.bench.index.level(0)
        leak_steps = Plan(profile.NL_NUM, profile.STEPS_DEN).steps_for_nl(profile.LEAK_NL)
        self._rotor = Rotor(profile.STEPS_PER_INDEX, 0, 0)
        self._leak = Leak(profile.LEAK_PA, leak_steps, 0)

    def run(self, steps: int) -> set[str]:
        """Alarms of so many steps, looked at as the pump does; ends at the first."""
        end = self.steps + steps
        while self.steps < end:
            self._move(min(self.per_look, end - self.steps))
            found = self._look()
            if found:
                return found
        return set()

    def _move(self, count: int) -> None:
        self.steps += count
        self.t_ns += round(count * self._step_ns)
        for part in range(0, count, 100):
            self.bench.head.advance(min(100, count - part))
            level = self.bench.index.level(self.bench.head.position_steps)
            self.marks += level > self._level
            self._level = level

    def _look(self) -> set[str]:
        found = set()
        verdict = self._rotor.judge(self.steps, self.marks & 0xFFFF)
        if verdict:
            found.add("AL_ROTOR" if verdict > 0 else "AL_OVER_DELIVERY")
        mv = sum(self.bench._pressure_mv(self.t_ns) for _ in range(4)) / 4
        pressure_pa = (round(mv * 1000) - profile.PRESSURE_ZERO_UV) * 1000
        pressure_pa //= profile.PRESSURE_UV_PER_KPA
        if pressure_pa > profile.OCCLUSION_PA:
            found.add("AL_OCCLUSION")
        if self._leak.judge(pressure_pa, self.steps):
            found.add("AL_LEAK")
        return found


@pytest.mark.req("DEL-5")
@settings(max_examples=8)
@given(RATES, st.integers(0, 999))
def test_without_a_fault_no_judge_says_a_word(rate_nl_h: int, seed: int) -> None:
    bedside = Bedside(seed, rate_nl_h)
    assert bedside.run(1_800) == set()


@pytest.mark.req("DEL-5")
@settings(max_examples=12)
@given(
    RATES,
    st.integers(0, 999),
    st.integers(100, 1_200),
    st.sampled_from(["AL_ROTOR", "AL_OCCLUSION", "AL_LEAK"]),
)
def test_each_fault_is_seen_within_its_steps(
    rate_nl_h: int, seed: int, before: int, alarm: str
) -> None:
    bedside = Bedside(seed, rate_nl_h)
    assert bedside.run(before) == set()
    begun, bench = bedside.steps, bedside.bench
    if alarm == "AL_ROTOR":
        bench.head.held_until_ns = 1 << 62
    else:
        (bench.kink if alarm == "AL_OCCLUSION" else bench.tear)(True)
    assert bedside.run(5_000) == {alarm}
    assert bedside.steps - begun <= LIMITS[alarm] + 2 * bedside.per_look
