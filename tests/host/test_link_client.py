"""The client against the device's own link code in virtual time."""

from __future__ import annotations

from binascii import crc32
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.link import (
    BadReplyError,
    LinkClient,
    NoAnswerError,
    PortError,
    PumpError,
    PumpRestartedError,
    RefusedError,
    SimTransport,
    errors,
    open_transport,
)
from host_tools.link.client import split_parts
from picodose import codes
from tests.host.link_world import LinkWorld
from tests.unit.link_bench import Pairs, Pump, framed

RAW = b'{"v":2,"mode":"const","fluid":"water","conc_ug_ml":0,"rate_nl_h":8000}'


def connected(pump: Pump | None = None) -> tuple[LinkClient, LinkWorld]:
    world = LinkWorld(pump)
    client = LinkClient(SimTransport(world))
    client.connect()
    world.sent.clear()
    world.pump.calls.clear()
    return client, world


def test_connect_tells_who_answers_even_after_half_a_line_of_an_earlier_host() -> None:
    world = LinkWorld()
    world.port.incoming = b'{"id":9,"cmd":"sta'
    assert LinkClient(SimTransport(world)).connect()["model"] == "fake"


def test_requests_reach_the_pump_with_their_values() -> None:
    client, world = connected()
    client.request("start")
    client.request("clock", wall_s=900_000_000)
    client.request("ack", code=110)
    client.request("battery")
    assert world.pump.calls == [
        ("start",),
        ("set_clock", 900_000_000),
        ("ack", 110),
        ("battery_new",),
    ]


def test_a_second_client_goes_on_with_higher_ids() -> None:
    client, world = connected()
    client.request("start")
    second = LinkClient(SimTransport(world))
    second.connect()
    second.request("battery")
    assert ("battery_new",) in world.pump.calls


def test_a_prescription_of_several_parts_arrives_byte_for_byte() -> None:
    client, world = connected()
    raw = b'{"steps":[' + b'["a\\"b",1],' * 190 + b"2]}"
    assert client.stage(raw)["digest"] == crc32(raw)
    assert world.pump.staged == raw
    begin, *parts, end = world.pump.calls
    assert begin == ("stage_begin", "rx", len(raw), f"{crc32(raw):08x}")
    assert [part[:2] for part in parts] == [("stage_part", n) for n in range(len(parts))]
    assert end == ("stage_end",)
    assert all(len(line) <= 480 for line in world.sent)


@pytest.mark.req("THER-8")
def test_a_commit_names_the_digest_and_exactly_the_overrides_it_is_given() -> None:
    client, world = connected()
    assert client.load(RAW, "first,change")["needs"] == "first"
    client.bolus(500, 60_000)
    assert world.pump.calls[-2:] == [
        ("commit", crc32(RAW), "first,change"),
        ("bolus", 500, 60_000, None),
    ]


@pytest.mark.req("THER-12")
def test_nothing_is_deleted_before_the_whole_record_was_read_and_verified() -> None:
    class Damaged(Pump):
        def log_read(self, ring: int, since: int) -> Pairs:
            entries = "" if since else "00" * 32  # no CRC fits
            return [("count", 1 - since), ("last", 1), ("entries", entries)]

    client, world = connected(Damaged())
    with pytest.raises(BadReplyError, match="record"):
        client.decommission("therapy-step")
    assert "decommission" not in [call[0] for call in world.pump.calls]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=2000))
def test_parts_put_together_are_the_whole(text: str) -> None:
    assert "".join(split_parts(text)) == text


def test_status_is_the_three_pages_together() -> None:
    class Paged(Pump):
        def status(self, page: int) -> Pairs:
            return [(f"key{page}", page)]

    client, _ = connected(Paged())
    assert client.status() == {"key0": 0, "key1": 1, "key2": 2}


def test_the_log_is_read_page_by_page_to_its_end() -> None:
    class Logged(Pump):
        def log_read(self, ring: int, since: int) -> Pairs:
            page = [n for n in range(1, 21) if n > since][:6]
            entries = "".join(n.to_bytes(32, "big").hex() for n in page)
            return [
                ("count", len(page)),
                ("last", page[-1] if page else since),
                ("entries", entries),
            ]

    client, _ = connected(Logged())
    assert [int.from_bytes(entry, "big") for entry in client.log(0)] == list(range(1, 21))
    assert [int.from_bytes(entry, "big") for entry in client.log(0, since=18)] == [19, 20]


def test_a_refusal_names_code_value_limit_and_what_to_do() -> None:
    client, world = connected()
    world.pump.refuse = codes.Refused(
        codes.RX_RATE_HIGH, "rate_nl_h", 2_000_000, 1_000_000, "lower the rate"
    )
    with pytest.raises(RefusedError) as refused:
        client.load(RAW)
    assert refused.value.name == "RX_RATE_HIGH"
    said = str(refused.value)
    for words in ("rate 2 mL/h, limit 1 mL/h", "lower the rate", "Nothing was changed"):
        assert words in said


def test_what_the_table_does_not_know_is_refused_before_it_is_sent() -> None:
    client, world = connected()
    bad: list[tuple[str, dict[str, int | str]]] = [
        ("dose", {}),
        ("status", {"page": 4}),
        ("status", {}),
        ("start", {"rate_nl_h": 20000}),
        ("ack", {"code": "110"}),
    ]
    for cmd, fields in bad:
        with pytest.raises(RefusedError):
            client.request(cmd, **fields)
    assert world.sent == []


def test_silence_times_out_in_virtual_time_and_says_what_to_do() -> None:
    client, world = connected()
    world.deaf = True
    before_ns = world.now_ns
    with pytest.raises(NoAnswerError) as silent:
        client.request("start")
    assert world.now_ns - before_ns == 2_000_000_000
    assert "may have been carried out" in silent.value.safe


@pytest.mark.req("LNK-1")
def test_what_acts_is_sent_once_and_what_reads_twice() -> None:
    client, world = connected()
    world.deaf = True
    for cmd, fields, sent in (("start", {}, 1), ("battery", {}, 1), ("status", {"page": 0}, 2)):
        world.sent.clear()
        with pytest.raises(NoAnswerError):
            client.request(cmd, **fields)
        assert len(world.sent) == sent, cmd


def test_a_read_whose_line_was_lost_succeeds_at_the_second_try() -> None:
    client, world = connected()
    world.drop = 1
    assert client.request("status", page=0)["state"] == "stopped"


@pytest.mark.req("LNK-1")
def test_stop_is_the_bare_word_and_is_sent_until_it_is_answered() -> None:
    client, world = connected()
    world.drop = 2
    client.stop()
    assert world.sent == [b"\nSTOP\n"] * 3
    assert world.pump.calls == [("stop", "link")]
    world.deaf = True
    with pytest.raises(NoAnswerError, match="STOP") as silent:
        client.stop()
    assert "switch its power off" in str(silent.value)


def test_a_restarted_pump_acts_only_after_a_new_hello() -> None:
    client, world = connected()
    client.request("start")
    world.boot()
    with pytest.raises(PumpRestartedError, match="start was refused"):
        client.request("start")
    assert world.pump.calls == [("start",)]
    client.connect()
    client.request("start")
    assert world.pump.calls.count(("start",)) == 2


def test_console_noise_between_replies_is_passed_over() -> None:
    client, world = connected()
    world.port.outgoing = b"MPY: soft reboot\r\nTraceback (most recent call last):\r\n"
    assert client.request("status", page=0)["state"] == "stopped"


def test_an_answer_from_another_version_is_an_error_of_its_own() -> None:
    client, world = connected()
    world.port.outgoing = framed('{"reply":1}')
    with pytest.raises(BadReplyError, match="unknown"):
        client.request("status", page=0)


def test_every_error_says_all_four_things() -> None:
    for kind in vars(errors).values():
        if (
            isinstance(kind, type)
            and issubclass(kind, PumpError)
            and kind.__init__ is (PumpError.__init__)
        ):
            said = str(kind("it broke", safe="yes", cause="a cable", command="plug it in"))
            assert said == (
                "What happened: it broke\nIs the pump safe: yes\n"
                "Likely cause: a cable\nNext: plug it in"
            )


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("socket://127.0.0.1:9", "make sim"),
        ("/dev/no-such-port", "python -m serial.tools.list_ports -v"),
        ("nonsense://x", "python -m serial.tools.list_ports -v"),
    ],
)
def test_a_port_that_cannot_be_opened_says_why(url: str, command: str) -> None:
    with pytest.raises(PortError) as problem:
        open_transport(url)
    assert problem.value.command == command
    assert url in str(problem.value)


def test_a_port_without_permission_or_held_by_another_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number, cause in ((13, "may not use"), (16, "another program")):

        def fail(*_: object, number: int = number, **__: object) -> None:
            raise OSError(number, "refused by the system")

        monkeypatch.setattr("serial.serial_for_url", fail)
        with pytest.raises(PortError) as problem:
            open_transport(str(tmp_path))
        assert cause in problem.value.cause
