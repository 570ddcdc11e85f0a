"""The deck when the link goes away: a cable out, a power cut, a real port."""

from __future__ import annotations

import math

import pytest

from host_tools.cli import worlds
from host_tools.console.deck import Deck
from host_tools.link.errors import LinkLostError, PumpError
from host_tools.sim_server import SimServer, SocketWire, virtual_pump
from tests.console.deck_bench import CONST, Bench, HandClock
from tests.host.test_sim_server import Stepped


@pytest.fixture
def bench(pump: Bench) -> Bench:
    """Running, with its cable in, at real time."""
    pump.ask("speed", factor=1.0)
    pump.ask("replug")
    pump.until(lambda: pump.deck.view.linked)
    pump.ask("stop")
    pump.ask("start")
    return pump


@pytest.mark.req("LNK-2")
def test_without_the_cable_what_is_shown_is_old_and_it_comes_back_by_itself(bench: Bench) -> None:
    bench.for_s(0.5)
    before = bench.deck.view
    bench.ask("unplug")
    bench.for_s(10)
    view = bench.deck.view
    assert not view.linked and view.stale and 9.5 < view.age_s < 10.5
    assert "does not answer" in view.trouble
    assert view.status == before.status and view.state == "running"
    with pytest.raises(LinkLostError):
        bench.ask("cancel")
    bench.ask("replug")
    bench.until(lambda: bench.deck.view.linked, 1.0)
    view = bench.deck.view
    assert not view.stale and view.age_s < 0.3 and view.trouble == ""
    assert view.status["uptime_ms"] > before.status["uptime_ms"] + 10_000


@pytest.mark.req("LNK-2")
def test_after_a_power_cut_the_pump_is_found_again_and_runs_on(bench: Bench) -> None:
    boots = bench.deck.view.hello["boot"]
    bench.ask("cut", off_s=5.0)
    bench.until(lambda: bench.deck.view.stale, 4.0)
    bench.until(lambda: not bench.deck.view.stale, 12.0)
    view = bench.deck.view
    assert view.hello["boot"] == boots + 1 and view.state == "running"
    assert view.wall == "clock not set"
    bench.ask("clock")
    bench.until(lambda: view.wall != bench.deck.view.wall)


@pytest.mark.req("LNK-2")
def test_a_cut_that_no_look_has_seen_is_noticed_at_full_speed(bench: Bench) -> None:
    boots = bench.deck.view.hello["boot"]
    bench.world.act("cut", 1000.0)
    bench.world.pico.run_for(5000)
    bench.for_s(1.0)
    assert bench.deck.view.hello["boot"] == boots + 1 and bench.deck.view.linked
    bench.ask("stop")
    bench.ask("start")


@pytest.mark.req("LNK-2", "THER-8")
@pytest.mark.parametrize(("cmd", "safe"), [("stage_part", "The old"), ("commit", "Either the")])
def test_a_link_that_dies_while_programming_leaves_the_old_one(
    bench: Bench, cmd: str, safe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = bench.deck.view.status["digest"]
    write = bench.station.world.transport.write

    def pull_out(data: bytes) -> None:
        if cmd.encode() in data:
            bench.world.pico.usb.disconnect()
        write(data)

    monkeypatch.setattr(bench.station.world.transport, "write", pull_out)
    with pytest.raises(LinkLostError) as told:
        bench.program(CONST.format(9))
    assert told.value.safe.startswith(safe)
    monkeypatch.undo()
    bench.ask("replug")
    bench.until(lambda: not bench.deck.view.stale, 2.0)
    assert bench.deck.view.status["digest"] == digest and bench.deck.view.state == "running"


def test_the_status_is_read_by_real_time_however_fast_time_runs(bench: Bench) -> None:
    asked: list[float] = []
    status = bench.station.client.status

    def spy() -> object:
        asked.append(bench.clock.s)
        return status()

    bench.station.client.status = spy  # type: ignore[method-assign,assignment]
    run_for = bench.world.pico.run_for

    def slowly(ms: float) -> None:
        run_for(ms)
        bench.clock.s += 0.01

    bench.world.pace._run_for = slowly
    bench.ask("speed", factor=math.inf)
    begun_s, begun_ns = bench.clock.s, bench.world.pico.now_ns
    bench.for_s(4.0)
    assert 12 <= len(asked) <= 17
    reached = bench.deck.view.speed_reached
    span_s = (bench.world.pico.now_ns - begun_ns) / 1e9
    assert reached == pytest.approx(span_s / (bench.clock.s - begun_s), rel=0.1) and reached > 80
    assert len(bench.deck.view.series.t_s) <= 600


@pytest.mark.req("LNK-2")
def test_a_pump_behind_a_real_port_and_a_port_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = SocketWire()
    server = SimServer(virtual_pump(), [wire])
    server.serve_pass(3000)
    monkeypatch.setattr(worlds, "_opened", lambda url: Stepped(url, server))
    deck = Deck(wire.url, clock=HandClock(), book=":memory:")
    try:
        _dose_behind_a_port(deck, server)
    finally:
        deck.close()
        wire.close()


def _dose_behind_a_port(deck: Deck, server: SimServer) -> None:
    while not deck.view.linked:
        deck.step()
    view = deck.view
    assert view.kind == "board" and "socket://" in view.world and view.dispensed_nl is None
    assert view.faults == () and view.speed == 1.0
    answers = [deck.do("accept_nominal"), deck.do("bolus", amount_nl=4000, duration_ms=60_000)]
    fault = deck.do("fault", name="kink")
    deck.step()
    assert [one.result(0) is not None for one in answers] == [True, True]
    with pytest.raises(PumpError, match="virtual pump alone"):
        fault.result(0)
    server.serve_pass(66_000)
    for _ in range(40):
        deck.step()
    assert deck.view.state == "stopped" and deck.view.confirmed_nl == pytest.approx(4000, abs=13)
    assert deck.view.series.dispensed_nl == ()
    assert deck._station is not None
    deck._station.world.transport.close()
    while deck.view.linked:
        deck.step()
    stop = deck.do("stop")  # the port is back, and nobody has looked yet
    deck.step()
    assert stop.result(0) == {"state": 0}


def test_a_port_that_is_not_there_is_told_and_tried_again() -> None:
    clock = HandClock()
    deck = Deck("socket://127.0.0.1:1", clock=clock, book=":memory:")
    answer = deck.do("stop")
    deck.step()
    assert not deck.view.linked and "does not answer" in deck.view.trouble and clock.s >= 1.0
    with pytest.raises(PumpError, match="does not answer"):
        answer.result(0)
    deck.close()
