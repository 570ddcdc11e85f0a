"""A button's contact bounces, hangs and sticks; a press counts once."""

from __future__ import annotations

import pytest

from picodose.safety.debounce import Debounce


def presses(samples: list[tuple[int, bool]], contact: Debounce) -> list[int]:
    """Instants at which a press is reported, looking at these and whenever it is due."""
    found = []
    for t_ms, closed in samples:
        if contact.look(closed, t_ms):
            found.append(t_ms)
    return found


@pytest.mark.req("THER-3")
def test_a_bouncing_contact_is_one_press_after_it_has_been_quiet_for_30_ms() -> None:
    contact = Debounce(False, 0)
    bounces = [(100, True), (103, False), (104, True), (109, False), (110, True), (139, True)]
    assert presses(bounces, contact) == []
    assert contact.due_ms == 140
    assert presses([(140, True), (200, True), (5_000, True)], contact) == [140]
    assert contact.down


@pytest.mark.req("THER-3")
def test_a_glitch_is_no_press_and_a_release_that_bounces_no_second_one() -> None:
    contact = Debounce(False, 0)
    assert presses([(100, True), (120, False), (160, False)], contact) == []
    assert presses([(200, True), (230, True)], contact) == [230]
    assert presses([(300, False), (310, True), (315, False), (320, True)], contact) == []
    assert presses([(360, True), (400, False), (430, False)], contact) == []
    assert not contact.down
    assert presses([(500, True), (530, True)], contact) == [530]


@pytest.mark.req("THER-3")
def test_held_for_30_s_it_is_stuck_until_it_has_been_open_for_30_ms() -> None:
    contact = Debounce(False, 0)
    contact.look(True, 1_000)
    contact.look(True, 1_030)
    assert contact.due_ms == 31_030
    contact.look(True, 31_029)
    assert not contact.stuck
    contact.look(True, 31_030)
    assert contact.stuck
    contact.look(False, 40_000)
    assert contact.stuck
    contact.look(False, 40_030)
    assert not contact.stuck


@pytest.mark.req("THER-3")
def test_closed_from_the_start_it_is_stuck_and_no_press() -> None:
    contact = Debounce(True, 0)
    assert contact.stuck
    assert presses([(50, True), (40_000, True), (50_000, False), (50_030, False)], contact) == []
    assert not contact.stuck
    assert presses([(60_000, True), (60_030, True)], contact) == [60_030]
