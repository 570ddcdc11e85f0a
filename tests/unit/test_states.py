"""The one table of states: complete, and drawn in the docs as it stands."""

from __future__ import annotations

import pytest

from picodose import codes, states
from picodose.codes import Refused
from tools.states import PAGE, page

MOVING = (states.BOLUS_ONLY, states.RUNNING, states.PRIMING, states.CALIBRATING)


def test_the_page_in_docs_is_what_the_table_says() -> None:
    assert PAGE.read_text() == page(), "python -m tools.states"


def test_every_state_can_fault_and_nothing_leaves_a_fault() -> None:
    for state in set(states.ALLOWED) - {states.FAULT}:
        assert states.NEXT[state, "fault"] == states.FAULT
    assert all(state != states.FAULT for state, _event in states.NEXT)


@pytest.mark.parametrize("state", MOVING)
def test_what_moves_can_be_stopped_and_was_entered_from_stopped(state: int) -> None:
    assert states.NEXT[state, "stop"] == states.STOPPED
    before = [a for (a, _event), b in states.NEXT.items() if b == state]
    assert before == [states.STOPPED]


def test_every_state_has_a_name_and_a_row() -> None:
    assert sorted(states.ALLOWED) == list(range(len(states.NAMES)))


@pytest.mark.parametrize(
    ("state", "request_name", "in_bolus", "code"),
    [
        (states.RUNNING, "start", False, codes.NOT_STOPPED),
        (states.RUNNING, "refill", False, codes.NOT_STOPPED),
        (states.PRIMING, "commit", False, codes.NOT_STOPPED),
        (states.FAULT, "start", False, codes.NOT_FIT),
        (states.RUNNING, "commit", True, codes.BUSY_BOLUS),
        (states.BOLUS_ONLY, "bolus", True, codes.BUSY_BOLUS),
        (states.STOPPED, "patient_bolus", False, codes.NOT_RUNNING),
        (states.STOPPED, "nonsense", False, codes.NOT_RUNNING),
    ],
)
def test_a_request_that_a_state_does_not_allow_is_refused_with_its_reason(
    state: int, request_name: str, in_bolus: bool, code: int
) -> None:
    with pytest.raises(Refused) as caught:
        states.require(state, request_name, in_bolus, False)
    assert caught.value.code == code


def test_an_allowed_request_passes() -> None:
    states.require(states.STOPPED, "start", False, True)
    states.require(states.RUNNING, "commit", False, True)
