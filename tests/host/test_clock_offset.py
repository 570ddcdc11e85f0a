"""What the host says about a pump's wall clock."""

from __future__ import annotations

import pytest

from host_tools.link import clock_offset

HOST_S = 820_540_800


@pytest.mark.req("CLK-1")
@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("off_s", [0, 299, 300])
def test_up_to_five_minutes_need_not_be_shown(side: int, off_s: int) -> None:
    found = clock_offset(HOST_S, {"wall_s": HOST_S + side * off_s})
    assert (found.offset_s, found.must_show) == (side * off_s, False)


@pytest.mark.req("CLK-1")
@pytest.mark.parametrize(("off_s", "side"), [(301, "ahead of"), (-301, "behind")])
def test_more_than_five_minutes_either_way_are_shown(off_s: int, side: str) -> None:
    found = clock_offset(HOST_S, {"wall_s": HOST_S + off_s})
    assert (found.offset_s, found.must_show) == (off_s, True)
    assert f"5 min 1 s {side} this host's" in found.sentence


@pytest.mark.req("CLK-1")
def test_a_clock_that_nobody_has_set_has_no_offset_and_is_shown() -> None:
    found = clock_offset(HOST_S, {"wall_s": -1})
    assert (found.offset_s, found.must_show) == (None, True)
    assert "does not know the time" in found.sentence
