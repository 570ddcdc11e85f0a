"""The power fails at any line of device code: every stored item is the old or the new one (REC-1).

Lines are drawn by the seed out of all that a deed runs, traced only from the boot before it. What
each is judged by is that of a cut at a flash operation.
"""

from __future__ import annotations

import random
from functools import lru_cache

import pytest

from tests.scenario import test_power_cuts as cuts
from tests.scenario.delivery_rig import Rig

FEW, MANY = 1, 8
BUSY = ("commit while running", "bolus", "stop")


def traced(name: str) -> Rig:
    """The deed's pump, booted so that every line from now on counts."""
    return cuts.boot(cuts.DEEDS[name].running, count_lines=True)


@lru_cache(maxsize=len(cuts.DEEDS))
def lines(name: str) -> int:
    """How many lines of device code a deed runs, up to its reply or result."""
    rig = traced(name)
    cuts.DEEDS[name].before(rig)
    before = rig.pico.strict.lines
    cuts.DEEDS[name].do(rig)
    return rig.pico.strict.lines - before


def cut_at_lines(name: str, count: int, seed: int) -> None:
    """Cut at so many lines, the whole deed covered evenly, each drawn in its own stretch."""
    draw, whole = random.Random(f"{name} {seed}"), lines(name)
    for k in range(count):
        line = draw.randrange(whole * k // count, whole * (k + 1) // count) + 1
        rig = traced(name)
        strict = rig.pico.strict

        def arm(line: int = line, rig: Rig = rig) -> None:
            rig.pico.strict.cut_at_line = rig.pico.strict.lines + line

        cuts.DEEDS[name].before(rig)
        cuts.judge(rig, name, arm, (name, line))
        assert strict.lines >= (strict.cut_at_line or 0) > 0


@pytest.mark.req("REC-1")
@pytest.mark.parametrize("name", BUSY)
def test_a_cut_at_a_few_lines_leaves_the_old_or_the_new(name: str, seed: int) -> None:
    cut_at_lines(name, FEW, seed)


@pytest.mark.slow
@pytest.mark.req("REC-1")
@pytest.mark.parametrize("name", list(cuts.DEEDS))
def test_a_cut_at_many_lines_leaves_the_old_or_the_new(name: str, seed: int) -> None:
    cut_at_lines(name, MANY, seed + 1)
