"""The search itself: trees of histories from one seed, each lived through and judged."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.conftest import SEED
from tests.search.draw import Act, Branch, trees
from tests.search.judge import Found
from tests.search.tree import Overlay, live
from tests.search.world import World

PARTS = 1_000
"""Seeds of the parts of one run lie closer together than those of two runs."""


def search(
    world: World, part: int, count: int, ways: tuple[int, ...], overlay: Overlay = ()
) -> Found:
    """Live through `count` trees of this part's seed; raises AssertionError that names a history,
    which replay() repeats.
    """
    print(f"seed {SEED * PARTS + part}")
    found = Found(0)
    for tree in drawn(world, SEED * PARTS + part, count, ways):
        found += live(world, tree, overlay)
    return found


def drawn(world: World, number: int, count: int, ways: tuple[int, ...]) -> list[Branch]:
    """Trees that begin differently, of distinct histories; the same for the same seed.

    Hypothesis begins with its simplest tree, all of whose histories are one, and tries variations
    of what it has drawn: those are left out.
    """
    found: dict[tuple[Act, ...], Branch] = {}

    @seed(number)
    @settings(
        max_examples=10 * count + 10,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    @given(trees(world.most_acts, ways))
    def draw(tree: Branch) -> None:
        every = list(paths(tree))
        if len(set(every)) == len(every):
            found.setdefault(tree.acts, tree)
        if len(found) == count:
            raise _Enough

    with suppress(_Enough):
        draw()
    assert len(found) == count, f"{len(found)} trees of {count}"
    return list(found.values())


class _Enough(BaseException):
    """Passes through Hypothesis, which takes an Exception for a failure."""


def paths(tree: Branch) -> Iterator[tuple[Act, ...]]:
    """Every history of a tree."""
    if not tree.then:
        yield tree.acts
    for path in itertools.chain.from_iterable(map(paths, tree.then)):
        yield tree.acts + path
