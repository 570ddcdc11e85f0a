"""Histories as data, drawn by Hypothesis: what persons, clocks and power supplies may do.

Spans are thousandths of the short window, volumes of the small cap, rates of the steady rate that
fills the long window; see world.py. A history is a path through a tree: stages that others share
are lived through once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

Act = tuple[Any, ...]
"""A name of a method of person.Person, and its arguments."""


class Branch(NamedTuple):
    """A stage of a history, and the ways in which it may go on."""

    acts: tuple[Act, ...]
    then: tuple[Branch, ...]


_STEADY = st.sampled_from([0, 200, 600, 900, 970, 1_000])
_RATES = st.sampled_from([0, 200, 600, 900, 2_000, 4_500])
_PATIENT = st.sampled_from([0, 150, 900])
_BOLUSES = st.sampled_from([0, 0, 250, 700])
_PIECES = st.lists(st.tuples(st.integers(0, 12), _RATES), max_size=4).map(tuple)
_SPANS = st.sampled_from([250, 350, 700, 970])


def _act(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    return st.tuples(st.just(name), *arguments)


_LIVING = (
    _act("wait", st.integers(50, 1_600)),
    _act("wait", st.integers(1_000, 6_000)),
    _act("fill", _SPANS, st.integers(0, 350)),
    _act("fill_on", st.integers(2, 4), _SPANS, st.integers(0, 350)),
    _act("bolus", st.integers(50, 1_010), st.sampled_from([350, 1_020, 2_500])),
    _act("patient", st.booleans()),
)
_PROGRAMS = (
    _act("constant", _STEADY, _PATIENT),
    _act("day", _PIECES, _BOLUSES, _PATIENT),
    _act("periodic", _STEADY, st.sampled_from([150, 700, 990]), st.integers(5, 9), _PATIENT),
)
_ORDERS = (
    *_PROGRAMS,
    _act("start"),
    _act("start"),
    _act("stop"),
    _act("cancel"),
    _act("clock", st.integers(-12_000, 12_000)),
    _act("midnight", st.integers(0, 8_000)),
    _act("refill"),
)
_ACCIDENTS = (
    _act("reset", st.sampled_from(["watchdog", "forced", "soft"])),
    _act("power", st.integers(0, 1_500)),
    _act("cut_in_a_write", st.integers(0, 6), st.sampled_from([0.0, 0.5, 1.0])),
)
_ACTS = st.one_of(
    *[st.one_of(*_LIVING)] * 4, *[st.one_of(*_ORDERS)] * 3, st.one_of(*_ORDERS, *_ACCIDENTS * 2)
)


def trees(most: tuple[int, ...], ways: tuple[int, ...]) -> st.SearchStrategy[Branch]:
    """most: acts of each stage at most; ways: in how many ways each but the last goes on."""
    started = st.tuples(st.one_of(*_PROGRAMS), st.just(("start",)))
    tree = _branches(most, ways)
    return st.builds(lambda begin, tree: Branch(begin + tree.acts, tree.then), started, tree)


def _branches(most: tuple[int, ...], ways: tuple[int, ...]) -> st.SearchStrategy[Branch]:
    acts = st.lists(_ACTS, min_size=most[0] - 2, max_size=most[0]).map(tuple)
    then: st.SearchStrategy[Any] = st.just(())
    if ways:
        further = _branches(most[1:], ways[1:])
        then = st.lists(further, min_size=ways[0], max_size=ways[0]).map(tuple)
    return st.builds(Branch, acts, then)
