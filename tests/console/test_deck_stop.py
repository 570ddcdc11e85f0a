"""STOP overtakes what waits, what is under way, and time at full speed."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from host_tools.console import hearing
from host_tools.console.hearing import Hearing, Overtaken
from host_tools.link.errors import PumpError
from tests.console.deck_bench import Bench

WITHIN_S = 0.3
WEEK = 'mode = "week"\n' + "".join(
    f'[[pattern]]\ndays = ["{day}"]\n'
    + "".join(f'[[pattern.step]]\nat = "{hour:02}:00"\nrate = "8 uL/h"\n' for hour in range(24))
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)
"""Long enough for a dozen parts."""


@pytest.fixture
def bench(pump: Bench) -> Iterator[Bench]:
    """Running, at real time."""
    pump.ask("speed", factor=1.0)
    pump.ask("start")
    yield pump
    pump.ask("stop")


class Slow:
    """A world whose every slice takes its real time; somebody presses STOP in one of them."""

    def __init__(self, bench: Bench, slice_s: float, press: Callable[[int], None]) -> None:
        self._bench, self._slice_s, self._press = bench, slice_s, press
        self._run_for = bench.world.pico.run_for
        self.slices = 0

    def __call__(self, ms: float) -> None:
        self._run_for(ms)
        self._bench.clock.s += self._slice_s
        self.slices += 1
        self._press(self.slices)


@pytest.mark.req("LNK-2")
def test_at_full_speed_stop_acts_after_the_slice_that_runs(bench: Bench) -> None:
    pressed: list[Any] = []

    def press(count: int) -> None:
        if count == 3:
            pressed.extend((bench.deck.do("stop"), bench.clock.s, slow.slices))

    slow = Slow(bench, 0.02, press)
    bench.ask("speed", factor=math.inf)
    bench.world.pace._run_for = slow
    bench.deck.step()
    assert slow.slices == 3  # the portion was left off
    assert bench.answered(pressed[0]) == {"state": 0}
    assert bench.clock.s - pressed[1] < WITHIN_S
    bench.deck.step()
    assert bench.deck.view.state == "stopped"


@pytest.mark.req("LNK-2")
def test_a_portion_ends_for_any_request_after_50_ms(bench: Bench) -> None:
    slow = Slow(bench, 0.02, lambda _count: None)
    bench.ask("speed", factor=math.inf)
    bench.world.pace._run_for = slow
    begun_s = bench.clock.s
    bench.deck.step()
    assert slow.slices == 3 and bench.clock.s - begun_s < 0.1


@pytest.mark.req("LNK-2", "THER-8")
def test_stop_cuts_off_a_program_on_its_way(bench: Bench) -> None:
    written: list[bytes] = []
    answers: list[Any] = []
    write = bench.station.world.transport.write

    def spy(data: bytes) -> None:
        written.append(data)
        if b"stage_part" in data and not answers:
            answers.append(bench.deck.do("stop"))
        write(data)

    digest = bench.deck.view.status["digest"]
    staged = bench.deck.do("stage", text=WEEK)
    bench.station.world.transport.write = spy  # type: ignore[method-assign]
    begun_s = bench.clock.s
    bench.deck.step()
    bench.station.world.transport.write = write  # type: ignore[method-assign]
    assert answers[0].result(0) == {"state": 0} and bench.clock.s - begun_s < WITHIN_S
    assert [b"stage_part" in one for one in written].count(True) == 1
    with pytest.raises(Overtaken, match="stage was overtaken by STOP") as told:
        staged.result(0)
    assert told.value.safe.startswith("The old prescription")
    bench.deck.step()
    view = bench.deck.view
    assert view.state == "stopped" and view.status["digest"] == digest and view.linked


@pytest.mark.req("LNK-2")
def test_what_waited_before_stop_is_thrown_out_and_what_comes_after_is_done(bench: Bench) -> None:
    bench.ask("stop")
    before = [bench.deck.do("start"), bench.deck.do("bolus", amount_nl=4000, duration_ms=60_000)]
    faster, stop = bench.deck.do("speed", factor=2.0), bench.deck.do("stop")
    after = bench.deck.do("ack")
    for one in before:
        with pytest.raises(PumpError, match="overtaken by STOP"):
            one.result(0)
    bench.deck.step()
    assert stop.result(0) == {"state": 0} and faster.result(0) == {"speed": 2.0}
    assert after.result(0) is not None
    bench.deck.step()
    assert bench.deck.view.state == "stopped"


@pytest.mark.req("LNK-2")
def test_stop_with_the_cable_out_says_that_it_may_still_run(bench: Bench) -> None:
    bench.ask("unplug")
    with pytest.raises(PumpError) as told:
        bench.ask("stop")
    assert "switch its power off" in told.value.safe
    bench.ask("replug")
    bench.until(lambda: bench.deck.view.linked and not bench.deck.view.stale, 2.0)
    assert bench.deck.view.state == "running"  # nothing was sent again
    assert bench.ask("stop") == {"state": 0}


@pytest.mark.req("LNK-2")
def test_the_thread_is_woken_by_stop(bench: Bench) -> None:
    rung: list[bool] = []

    class Waiting(threading.Event):
        def set(self) -> None:
            rung.append(True)
            super().set()

    bench.deck._asked.bell = Waiting()
    answer = bench.deck.do("stop")
    assert rung and bench.answered(answer) == {"state": 0}


@pytest.mark.req("LNK-2")
def test_a_request_that_was_given_up_is_not_done_but_stop_is(bench: Bench) -> None:
    start, stop = bench.deck.do("bolus", amount_nl=4000, duration_ms=60_000), None
    assert start.cancel()
    bench.deck.step()
    assert bench.deck.view.state == "running" and bench.deck.view.status["bolus_nl"] == 0
    stop = bench.deck.do("stop")
    assert stop.cancel()
    bench.deck.step()
    bench.deck.step()
    assert bench.deck.view.state == "stopped"


class Silent:
    """A transport of a pump that says nothing."""

    name = "silent"

    def __init__(self) -> None:
        self.ns = 0
        self.reads: list[int] = []

    def now_ns(self) -> int:
        return self.ns

    def read(self, wait_ns: int) -> bytes:
        self.reads.append(wait_ns)
        self.ns += wait_ns
        return b""


@pytest.mark.req("LNK-2")
def test_a_reading_of_two_seconds_hears_stop_within_50_ms() -> None:
    silent = Silent()
    heard = Hearing(silent, lambda: len(silent.reads) >= 3)  # type: ignore[arg-type]
    with pytest.raises(Overtaken):
        heard.read(2_000_000_000)
    assert silent.reads == [50_000_000] * 3 and hearing._PORTION_NS < WITHIN_S * 1e9
    heard.deaf = True
    assert heard.read(120_000_000) == b"" and sum(silent.reads[3:]) == 120_000_000
