"""The virtual Pico and the official firmware give the same answers to one probe script."""

from __future__ import annotations

import pytest

from tests.conformance.differences import Difference, read_differences
from tests.conformance.driver import (
    DIFFERENCES,
    Facts,
    compare,
    on_firmware,
    on_shim,
    read_golden,
)


@pytest.fixture(scope="module")
def shim_facts() -> Facts:
    """What the virtual Pico says."""
    return on_shim()


def test_the_list_of_differences_is_exactly_what_differs(shim_facts: Facts) -> None:
    listed = {one.facts() for one in read_differences(DIFFERENCES)}
    found = {one.facts() for one in compare(read_golden(), shim_facts)}
    assert sorted(found - listed) == [], "not listed: bring the shim to the firmware"
    assert sorted(listed - found) == [], "stale: no longer differs like this"


# The identifier counts here: this is the test of the fast tier.
@pytest.mark.req("SIM-3")
def test_shim_and_firmware_agree_but_for_the_reviewed_list(shim_facts: Facts) -> None:
    golden = read_golden()
    excused = {one.key for one in read_differences(DIFFERENCES)}
    wrong = {
        key: (golden.get(key), shim_facts.get(key))
        for key in {*golden, *shim_facts} - excused
        if golden.get(key) != shim_facts.get(key)
    }
    assert wrong == {}
    assert len(golden) > 500


def test_every_difference_has_a_reason() -> None:
    assert [one.key for one in read_differences(DIFFERENCES) if not one.reason] == []


def test_a_wrong_fact_a_missing_one_and_an_extra_one_are_all_found() -> None:
    found = compare({"a": "1", "b": "2", "same": "x"}, {"a": "9", "c": "3", "same": "x"})
    assert found == [
        Difference("a", "1", "9", ""),
        Difference("b", "2", "-", ""),
        Difference("c", "-", "3", ""),
    ]


@pytest.mark.emu
@pytest.mark.req("SIM-3")
def test_the_recorded_facts_are_what_the_firmware_says() -> None:
    assert on_firmware() == read_golden()
