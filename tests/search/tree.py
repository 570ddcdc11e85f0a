"""Lives through every path of a tree of histories; where ways part, each goes on in a fork."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shim.emulated.fork import in_fork
from tests.search.draw import Act, Branch
from tests.search.judge import Found, judge
from tests.search.person import Person
from tests.search.world import World, booted

Overlay = tuple[tuple[str, bytes], ...]


def live(world: World, tree: Branch, overlay: Overlay = ()) -> Found:
    """All histories of the tree, judged; raises AssertionError that names the history."""
    rig = booted(world, overlay)

    def from_the_start() -> Found:
        person = Person(rig, world)
        person.begin()
        return _live_on(person, tree, world.stage_ms[-_depth(tree) :], ())

    return in_fork(from_the_start)


def replay(world: World, acts: Iterable[Act], overlay: Overlay = ()) -> Found:
    """One history, as a failure prints it, to the end of the world's last stage."""
    return live(world, Branch(tuple(acts), ()), overlay)


def _live_on(
    person: Person, branch: Branch, ends_ms: Sequence[int], before: tuple[Act, ...]
) -> Found:
    person.live(branch.acts, ends_ms[0])
    path = before + branch.acts
    if not branch.then:
        return _judged(person, path)
    found = Found(0)
    for way in branch.then[:-1]:
        found += in_fork(lambda way=way: _live_on(person, way, ends_ms[1:], path))  # type: ignore[misc]
    return found + _live_on(person, branch.then[-1], ends_ms[1:], path)


def _judged(person: Person, path: tuple[Act, ...]) -> Found:
    try:
        return judge(person)
    except AssertionError as wrong:
        raise AssertionError(f"{wrong}\nhistory: {path}") from None


def _depth(tree: Branch) -> int:
    return 1 + (_depth(tree.then[0]) if tree.then else 0)
