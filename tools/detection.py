"""`python -m tools.detection [profile]`: how long a fault of delivery goes unseen at each rate.

Limits are stated in steps and volume (safety/flow.py and the profile); a rate makes a time of
them. docs/DETECTION.md holds the tables (`make docs`); scenario tests hold the pump to them.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import Any

import host_tools  # noqa: F401  # puts device/ on the path
from picodose.delivery.granter import SEGMENT_MS
from picodose.delivery.plan import Plan
from picodose.safety import flow

PROFILES = ("therapy_step", "sensed_step")
LOOK_MS = 10_000  # under-delivery is looked at every 10 s (flow_watch.py)
_MS_PER_H = 3_600_000


@dataclass(frozen=True)
class Limit:
    """A fault is alarmed within so many steps after it began, and so many ms of looking."""

    fault: str
    alarm: str
    steps: int
    least_ms: int

    def ms(self, rate_nl_h: int, profile: Any) -> int:
        """Longest time to the alarm at a constant rate."""
        step_ms: float = profile.NL_NUM * _MS_PER_H / profile.STEPS_DEN / rate_nl_h
        return round(self.steps * step_ms) + self.least_ms


def limits(profile: Any) -> list[Limit]:
    """What this profile's sensors notice."""
    look_ms = profile.FLOW_MS
    steps = Plan(profile.NL_NUM, profile.STEPS_DEN).steps_for_nl
    found = []
    if profile.PIN_INDEX is not None:
        stall = flow.stall_steps(profile.STEPS_PER_INDEX) + 1
        found.append(Limit("rotor stands still", "AL_ROTOR", stall, 2 * look_ms))
    if profile.PIN_PRESSURE is not None:
        closed, leak = steps(profile.OCCLUSION_NL), steps(profile.LEAK_NL) + 1
        found.append(Limit("line closed", "AL_OCCLUSION", closed, look_ms))
        found.append(Limit("line open, or air at its end", "AL_LEAK", leak, look_ms))
    return found


def under_ms(rate_nl_h: int, profile: Any) -> int:
    """Less than nine tenths reported, or granted in time: two windows at most."""
    step_ms: float = profile.NL_NUM * _MS_PER_H / profile.STEPS_DEN / rate_nl_h
    window_ms: float = max(flow.WINDOW_MS, flow.WINDOW_STEPS * step_ms)
    return round(2 * window_ms) + 3 * LOOK_MS


def dead_ms(rate_nl_h: int, profile: Any) -> int:
    """From the first tick that does not come, or command that is not reported, to the alarm."""
    tick_ms: int = Plan(profile.NL_NUM, profile.STEPS_DEN).tick_ms(rate_nl_h)
    segment_ms: int = SEGMENT_MS
    return 2 * tick_ms + segment_ms + max(3 * tick_ms, segment_ms)


def rates_nl_h(profile: Any) -> list[int]:
    """From the lowest rate to the highest."""
    usual = (20_833, 100_000, 1_000_000, 10_000_000)
    return [profile.RATE_MIN_NL_H, *(r for r in usual if r < profile.RATE_MAX_NL_H),
            profile.RATE_MAX_NL_H]  # fmt: skip


def rows(profile: Any) -> list[list[str]]:
    """One row a rate: the rate, what needs no sensor, then every limit."""
    found = []
    for rate in rates_nl_h(profile):
        spans = [dead_ms(rate, profile), under_ms(rate, profile)]
        spans += [each.ms(rate, profile) for each in limits(profile)]
        found.append([f"{rate / 1000:g}", *map(span, spans)])
    return found


def span(ms: int) -> str:
    """A time as a person says it, rounded up."""
    for unit, size in (("h", 3_600_000), ("min", 60_000)):
        if ms >= 2 * size:
            return f"{-(-ms * 10 // size) / 10:g} {unit}"
    return f"{-(-ms // 100) / 10:g} s"


def markdown() -> str:
    """Every profile's table."""
    return "\n\n".join(f"## {name}\n\n{_page(load(name))}" for name in PROFILES)


def load(name: str) -> Any:
    """A profile by its name."""
    return importlib.import_module(f"profiles.{name}")


def _page(profile: Any) -> str:
    known = limits(profile)
    head = ["µL/h", "tick or pulse port dead (AL_STALL)", "under 90 % (AL_UNDER_DELIVERY)"]
    head += [f"{each.fault} ({each.alarm}): {each.steps} steps" for each in known]
    lines = [head, ["---:"] * len(head), *rows(profile)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    print("\n\n".join(_page(load(name)) for name in sys.argv[1:] or PROFILES))
