"""The cable comes out and goes in again: what the host does by itself, and what it says."""

from __future__ import annotations

import io
from typing import Any

import pytest

from host_tools.link import (
    LinkClient,
    LinkLostError,
    OtherPumpError,
    PumpError,
    SimTransport,
    open_transport,
)
from tests.host.link_world import LinkWorld
from tests.unit.link_bench import Pairs, Pump


class Plugged(LinkWorld):
    """A world with a cable: `back_ns` is when it is in again, None: it is in."""

    def __init__(self, pump: Any = None) -> None:
        super().__init__(pump)
        self.back_ns: int | None = None

    def unplug(self, for_s: float) -> None:
        """Out from now on, for a while; what was on its way is lost, and the pump restarts."""
        self.back_ns = self.now_ns + round(for_s * 1e9)
        self.port.incoming = self.port.outgoing = b""
        self.boot()

    def send(self, data: bytes) -> None:
        if self.back_ns is not None and self.now_ns < self.back_ns:
            raise ConnectionError("no host is connected")
        if data:
            super().send(data)


class Serial(Pump):
    """A pump with a number and three pages of status."""

    serial = "aa"

    def hello(self) -> Pairs:
        return [*super().hello(), ("serial", self.serial)]

    def status(self, page: int) -> Pairs:
        return [(f"key{page}", page)]


def linked(patience_s: float = 30) -> tuple[LinkClient, Plugged]:
    world = Plugged(Serial())
    client = LinkClient(SimTransport(world), patience_s=patience_s)
    client.connect()
    world.sent.clear()
    return client, world


@pytest.mark.req("LNK-2")
def test_reading_goes_on_after_a_replug_with_a_new_session_and_higher_ids() -> None:
    client, world = linked()
    client.request("start")
    world.unplug(5)
    assert client.status() == {"key0": 0, "key1": 1, "key2": 2}
    assert world.now_ns >= 5_000_000_000 and not client.is_lost
    client.request("battery")
    assert [call[0] for call in world.pump.calls].count("start") == 1


@pytest.mark.req("LNK-2", "THER-8")
@pytest.mark.parametrize(
    ("cmd", "fields", "words"),
    [
        ("stage_part", {"part": 0, "data": "{}"}, "The old prescription runs on"),
        ("commit", {"digest": 7, "override": ""}, "Either the old prescription"),
        ("start", {}, "start may have been carried out; it is not sent again"),
    ],
)
def test_what_acts_is_not_sent_again_and_the_person_is_told_what_is_known(
    cmd: str, fields: dict[str, Any], words: str
) -> None:
    client, world = linked()
    world.unplug(5)
    with pytest.raises(LinkLostError) as told:
        client.request(cmd, **fields)
    assert words in told.value.safe and told.value.unsure
    assert world.sent == []
    world.deaf, world.back_ns = True, None
    with pytest.raises(PumpError) as silent:
        client.request(cmd, **fields)
    assert words in silent.value.safe and silent.value.unsure
    assert len(world.sent) == 1


@pytest.mark.req("LNK-2")
def test_stop_is_sent_as_soon_as_the_cable_is_in_again() -> None:
    client, world = linked()
    world.unplug(3)
    client.stop()
    assert world.pump.calls[-1] == ("stop", "link")
    client, world = linked(patience_s=0)
    world.unplug(3)
    with pytest.raises(LinkLostError) as told:
        client.stop()
    assert "switch its power off" in told.value.safe


@pytest.mark.req("LNK-2")
def test_one_that_does_not_come_back_is_told_and_another_pump_is_not_taken_for_it() -> None:
    client, world = linked()
    world.unplug(100)
    with pytest.raises(LinkLostError, match="within 30 s"):
        client.status()
    assert isinstance(world.pump, Serial)
    world.back_ns, world.pump.serial = None, "bb"
    with pytest.raises(OtherPumpError, match="bb instead of aa"):
        client.recover()
    world.pump.serial = "aa"
    assert client.recover()["serial"] == "aa"


@pytest.mark.req("LNK-2")
def test_what_was_read_is_stale_after_ten_seconds_or_when_the_link_is_gone() -> None:
    client, world = linked(patience_s=0)
    assert client.seen() is None
    client.status()
    seen = client.seen()
    assert seen and seen.status["key2"] == 2 and not seen.stale
    world.run_for(10_001)
    seen = client.seen()
    assert seen and seen.stale and 10 < seen.age_s < 10.1
    client.status()
    world.unplug(1)
    with pytest.raises(LinkLostError):
        client.status()
    seen = client.seen()
    assert seen and seen.stale and seen.age_s < 1


class Socketless:
    """A list of ports, as the system tells it."""

    def __init__(self, device: str, number: str | None) -> None:
        self.device, self.serial_number = device, number


@pytest.mark.req("LNK-2")
def test_the_same_usb_device_is_found_again_under_another_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = [Socketless("/dev/ttyACM0", "aa"), Socketless("/dev/ttyS0", None)]
    opened = []

    def opens(name: str, **_: object) -> io.BytesIO:
        if not any(one.device == name for one in here):
            raise FileNotFoundError(2, "no such port")
        opened.append(name)
        return io.BytesIO()

    monkeypatch.setattr("serial.serial_for_url", opens)
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: here)
    transport = open_transport("/dev/ttyACM0")
    here[:] = [Socketless("/dev/ttyS0", None)]
    assert not transport.reopen()
    here.append(Socketless("/dev/ttyACM0", "another"))
    here.append(Socketless("/dev/ttyACM1", "aa"))
    assert transport.reopen()
    assert opened == ["/dev/ttyACM0", "/dev/ttyACM1"] and transport.name == "/dev/ttyACM1"
