"""What the pin and the plant say of a history: no window above its cap, no volume from nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.scenario.delivery_rig import MS, most_in
from tests.search.person import Person

NEAR = 0.95
"""This share of a cap counts as having reached it."""


@dataclass
class Found:
    """Of one history, or of many: shares of the caps that were reached, shortest window first."""

    histories: int = 1
    fullest: tuple[float, ...] = ()
    seen: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Found) -> Found:
        fullest = tuple(map(max, self.fullest, other.fullest)) or other.fullest or self.fullest
        return Found(self.histories + other.histories, fullest, self.seen + other.seen)


def judge(person: Person) -> Found:
    """Stop the pump and hold what went out against every cap; raises AssertionError."""
    rig, world = person.rig, person.world
    person.stop()
    rises_ns = rig.rises()
    shares = []
    for window_ms, _, cap_nl in world.caps:
        most_nl = most_in(rises_ns, window_ms * MS) * world.step_nl
        assert most_nl <= cap_nl, f"{most_nl} nL within {window_ms} ms, the cap is {cap_nl} nL"
        shares.append(most_nl / cap_nl)
    assert abs(rig.bench.dispensed_nl - len(rises_ns) * world.step_nl) <= world.step_nl
    assert (rig.bench.steps_moved, rig.bench.steps_lost) == (len(rises_ns), 0)
    assert rig.status()["confirmed_steps"] >= len(rises_ns)
    person.seen.update(_reached(shares))
    return Found(1, tuple(shares), person.seen)


def _reached(shares: Iterable[float]) -> Counter[str]:
    return Counter(f"near cap {i}" for i, share in enumerate(shares) if share >= NEAR)
