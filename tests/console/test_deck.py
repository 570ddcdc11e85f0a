"""The deck on a virtual pump, pass by pass, with a clock of the test's own."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from host_tools.console.deck import Deck
from host_tools.link.errors import PumpError

NOON_S = 848_000_000 // 86_400 * 86_400 + 43_200


class TestTime:
    """Real time that passes only where somebody waits, and a little at every look."""

    __test__ = False

    def __init__(self) -> None:
        self.s = 0.0

    def now_s(self) -> float:
        self.s += 0.0005
        return self.s

    def wait(self, bell: threading.Event, span_s: float) -> None:
        if not bell.is_set():
            self.s += span_s


def deck(**facts: Any) -> Deck:
    return Deck(clock=TestTime(), wall_s=NOON_S, **facts)


def after(deck: Deck, answer: Future[dict[str, Any]], passes: int = 1) -> dict[str, Any]:
    for _ in range(passes):
        deck.step()
    assert answer.done()
    return answer.result(0)


def test_it_shows_a_fresh_pump_whose_clock_is_set() -> None:
    one = deck()
    one.step()
    one.step()
    view = one.view
    assert (view.kind, view.state, view.linked, view.stale) == ("sim", "stopped", True, False)
    assert view.world.startswith("VIRTUAL PUMP") and view.wall.startswith("2026-11-14 12:00:0")
    assert view.reservoir_nl == view.reservoir_full_nl == 20_000_000


def test_a_bolus_arrives_and_stop_ends_it() -> None:
    one = deck(prepared=True)
    one.step()
    answer = after(one, one.do("bolus", amount_nl=4000, duration_ms=60_000))
    assert answer["bolus_nl"] == 4000
    while one.view.confirmed_nl < 2000:
        one.step()
    assert one.view.state == "bolus" and (one.view.dispensed_nl or 0) >= 1900
    after(one, one.do("stop"))
    while one.view.state != "stopped":
        one.step()
    assert one.view.confirmed_nl < 2500


@pytest.mark.parametrize("facts", [{}, {"amount_nl": "x", "duration_ms": 1}, {"nonsense": 1}])
def test_bad_input_is_refused(facts: dict[str, Any]) -> None:
    one = deck()
    one.step()
    with pytest.raises(PumpError, match="bolus"):
        after(one, one.do("bolus", **facts))


def test_its_own_thread_answers_and_closes() -> None:
    one = Deck(prepared=True, wall_s=NOON_S, speed_factor=10.0)
    one.start()
    try:
        assert one.do("bolus", amount_nl=4000, duration_ms=60_000).result(20)["bolus_nl"] == 4000
        assert one.do("stop").result(5) == {"state": 0}
    finally:
        one.close()
    with pytest.raises(PumpError, match="closed"):
        one.do("start").result(0)


DAY = Path("host_tools/examples/day_night.toml").read_text()


def test_a_program_goes_over_is_committed_and_runs() -> None:
    one = deck(prepared=True)
    one.step()
    staged = after(one, one.do("stage", text=DAY))
    assert staged["needs"] == ["first"] and len(staged["warnings"]) == 1
    assert ("total per 24 h", "none", "387 µL") in staged["side_by_side"]
    with pytest.raises(PumpError, match="override"):
        after(one, one.do("commit", digest=staged["digest"]))
    after(one, one.do("commit", digest=staged["digest"], override="first"))
    after(one, one.do("start"))
    view = one.view
    assert view.state == "running" and view.plan.text == DAY and view.rate_nl_h == 18_000
    assert view.plan.steps[1] == ("06:30", 24_000)
