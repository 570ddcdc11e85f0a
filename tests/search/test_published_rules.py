"""Two published rules fail, and the search that finds nothing on the pump finds that (LIM-2)."""

from __future__ import annotations

import pytest

from tests.search.draw import Act
from tests.search.run import search
from tests.search.tree import Overlay, replay
from tests.search.variants import BOLUSES_AND_PRESENT_BASAL, LOOKING_BACK_ONLY
from tests.search.world import SCALED

EARLY_BOLUS: tuple[Act, ...] = (("start",), ("fill", 250, 0))
"""The window is nearly empty; then basal joins."""

SLOWER_BASAL: tuple[Act, ...] = (
    ("day", ((0, 4_500), (1, 0)), 0, 0),
    ("start",),
    ("wait", 2_000),
    ("fill", 250, 0),
)
"""What the higher rate put into the window is forgotten."""


@pytest.mark.req("LIM-2")
@pytest.mark.parametrize(
    ("rule", "history"),
    [(LOOKING_BACK_ONLY, EARLY_BOLUS), (BOLUSES_AND_PRESENT_BASAL, SLOWER_BASAL)],
    ids=["looking back only", "boluses and present basal"],
)
def test_a_published_rule_alone_lets_a_short_history_pass_a_cap(
    rule: Overlay, history: tuple[Act, ...]
) -> None:
    with pytest.raises(AssertionError, match="nL within 60000 ms, the cap is 3750 nL"):
        replay(SCALED, history, rule)
    assert replay(SCALED, history).fullest[0] <= 1


@pytest.mark.slow
@pytest.mark.req("LIM-2")
@pytest.mark.parametrize("rule", [LOOKING_BACK_ONLY, BOLUSES_AND_PRESENT_BASAL], ids=[1, 2])
def test_the_search_catches_each_published_rule_within_some_histories(rule: Overlay) -> None:
    with pytest.raises(AssertionError, match="the cap is"):
        search(SCALED, part=0, count=4, ways=(3, 9), overlay=rule)
