"""Whatever a host does to the cable, the pump doses as without one (LNK-2).

The judge are the edges of STEP, to the nanosecond, against a run without a host.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pytest

from picodose.link import canon
from tests.scenario.delivery_rig import Rig, S, const_rx
from tests.scenario.pump_pins import Rises
from tests.unit.link_bench import framed
from tests.willing import WillingClient

RATE_NL_H = 1_000_000  # 22 steps/s, a tick of 500 ms
STATUS = framed('{"id":5,"cmd":"status","page":0}')
LOG = framed(str(canon.flat([("id", 6), ("cmd", "log"), ("ring", 0), ("since", 0)])))
REPLY_BYTES = 435  # of a part of the log with six entries
Host = Callable[[Rig], None]


def edges(host: Host, span_s: int) -> list[int]:
    """Steps of a span, from its beginning, with this host on the cable of a running pump."""
    rig = Rig()
    for wall_s in (850_000_000, 850_000_001, 850_000_002):  # entries for the log
        rig.client.request("clock", wall_s=wall_s)
    rig.start(const_rx(RATE_NL_H))
    rig.run_for(3_000)
    rises, start_ns = Rises(rig.pico), rig.now_ns
    host(rig)
    left_ns = start_ns + span_s * S - rig.now_ns
    assert left_ns > 0, "the host took longer than that"
    rig.run_for(left_ns / 1e6)
    works_again(rig)
    return [at - start_ns for at in rises.steps_ns if at < start_ns + span_s * S]


def works_again(rig: Rig) -> None:
    """The next connection is answered, and the pump runs."""
    rig.pico.receive()
    client = WillingClient(rig.client.transport)
    client.connect()
    assert client.request("status", page=0)["state"] == "running"


@lru_cache
def alone(span_s: int) -> list[int]:
    """The same span with nobody on the cable."""
    found = edges(lambda rig: replugged(rig, span_s * 1000 - 1), span_s)
    assert len(found) > 20 * span_s
    return found


def replugged(rig: Rig, out_ms: float) -> None:
    """Out with the cable, and in again."""
    rig.pico.usb.disconnect()
    rig.run_for(out_ms)
    rig.pico.usb.connect()


def cut_requests(rig: Rig, step: int) -> None:
    """Pull the cable behind every so-manieth byte of a request."""
    for count in range(0, len(STATUS) + 1, step):
        rig.pico.send(STATUS[:count])
        rig.run_for(3)
        replugged(rig, 7)
        works_again(rig)


def cut_replies(rig: Rig, step: int) -> None:
    """Pull it behind every so-manieth byte of a reply."""
    for count in range(0, REPLY_BYTES, step):
        rig.pico.usb.stop_reading(after=count)
        rig.pico.send(LOG)
        rig.run_for(3)
        assert len(rig.pico.receive()) == count
        replugged(rig, 7)
        works_again(rig)


def stops_reading(rig: Rig, step: int) -> None:
    """Stop reading behind every so-manieth byte of a log that is asked for again and again."""
    for count in range(0, REPLY_BYTES, step):
        rig.pico.usb.stop_reading(after=count)
        for _ in range(4):
            rig.pico.send(LOG)
        rig.run_for(800)
        assert len(rig.pico.receive()) == count
        rig.pico.usb.resume_reading()
        works_again(rig)


def two_hosts(rig: Rig, step: int) -> None:
    """Two of them write at once, into each other's lines."""
    for count in range(1, len(STATUS), step):
        rig.pico.send(STATUS[:count] + LOG + STATUS[count:] + STATUS)
        rig.run_for(20)
        works_again(rig)


HOSTS = [cut_requests, cut_replies, stops_reading, two_hosts]


@pytest.mark.req("LNK-2")
@pytest.mark.parametrize("host", HOSTS)
def test_the_pump_doses_as_without_a_host(host: Callable[[Rig, int], None]) -> None:
    assert edges(lambda rig: host(rig, 7), 60) == alone(60)


@pytest.mark.slow
@pytest.mark.req("LNK-2")
@pytest.mark.parametrize("host", HOSTS)
def test_the_pump_doses_as_without_a_host_wherever_it_fails(
    host: Callable[[Rig, int], None],
) -> None:
    assert edges(lambda rig: host(rig, 1), 400) == alone(400)
