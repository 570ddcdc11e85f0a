"""The link at work: sessions, repeated ids, STOP, a host that stops reading, fuzz."""

from __future__ import annotations

import random
import tracemalloc
from binascii import crc32

import pytest

from picodose import codes
from tests.unit.link_bench import Bench, bad_lines, framed, reply_of

STOPPED = {"id": 0, "ok": 1}


def test_hello_answers_with_the_pumps_identity_and_the_last_id() -> None:
    assert Bench().hello() == {
        "id": 1,
        "ok": 1,
        "model": "fake",
        "boot": 3,
        "last_id": 0,
        "challenge": "00",
    }


def test_nothing_acts_before_hello_but_reading_and_stop_work() -> None:
    bench = Bench()
    assert bench.ask('{"id":1,"cmd":"start"}')["code"] == codes.LINK_STALE
    assert bench.ask('{"id":2,"cmd":"status","page":0}')["ok"] == 1
    assert bench.ask('{"id":3,"cmd":"stop"}')["ok"] == 1
    assert bench.pump.calls == [("status", 0), ("stop", "link")]


@pytest.mark.req("LNK-1")
def test_a_repeated_request_gets_the_same_reply_and_no_second_effect() -> None:
    bench = Bench()
    bench.hello()
    first = bench.ask('{"id":7,"cmd":"start"}')
    bench.pump.refuse = codes.Refused(codes.NOT_STOPPED, "state")
    assert bench.ask('{"id":7,"cmd":"start"}') == first
    assert bench.pump.calls.count(("start",)) == 1


def test_a_repeated_refusal_is_the_same_refusal() -> None:
    bench = Bench()
    bench.hello()
    bench.pump.refuse = codes.Refused(codes.NOT_PROGRAMMED, "state", None, None, "load first")
    refused = bench.ask('{"id":7,"cmd":"start"}')
    bench.pump.refuse = None
    assert bench.ask('{"id":7,"cmd":"start"}') == refused
    assert refused["code"] == codes.NOT_PROGRAMMED
    assert bench.pump.calls.count(("start",)) == 1


@pytest.mark.req("LNK-1")
def test_an_old_id_or_the_same_id_on_another_message_is_refused() -> None:
    bench = Bench()
    bench.hello()
    bench.ask('{"id":7,"cmd":"start"}')
    assert bench.ask('{"id":6,"cmd":"start"}')["code"] == codes.LINK_ID
    assert bench.ask('{"id":7,"cmd":"battery"}')["code"] == codes.LINK_ID
    assert bench.hello()["last_id"] == 7
    assert bench.ask('{"id":6,"cmd":"start"}')["code"] == codes.LINK_ID, "also after a new hello"
    assert bench.pump.calls.count(("start",)) == 1


@pytest.mark.req("THER-11", "LNK-1")
def test_a_request_that_acted_before_a_reset_acts_no_second_time_and_is_told_so() -> None:
    bench = Bench()
    bench.hello()
    done = '{"id":7,"cmd":"bolus","amount_nl":500,"duration_ms":60000}'
    bench.ask(done)
    bench.ask('{"id":8,"cmd":"stage_end"}')
    again = Bench(bench.pump)  # RAM is lost, the record is not
    assert again.ask(done)["code"] == codes.LINK_STALE
    assert again.hello()["last_id"] == 7
    told = again.ask(done)
    assert (told["code"], told["value"], told["limit"]) == (codes.LINK_DONE, 7, 7)
    assert "read status" in told["hint"]
    assert again.ask('{"id":7,"cmd":"start"}')["code"] == codes.LINK_ID
    assert again.ask('{"id":8,"cmd":"start"}')["ok"] == 1
    assert [call[0] for call in bench.pump.calls].count("bolus") == 1


@pytest.mark.req("LNK-1")
def test_the_bare_word_stops_at_once_in_the_middle_of_everything() -> None:
    bench = Bench()
    assert bench.send(b"STOP\n") == [STOPPED]
    half = framed('{"id":1,"cmd":"start"}')[:9]
    refused, stopped = bench.send(half + b"\nSTOP\r\n")
    assert (refused["id"], refused["code"], stopped) == (0, codes.LINK_FORM, STOPPED)
    assert bench.pump.calls == [("stop", "link")] * 2


@pytest.mark.req("LNK-1")
def test_output_goes_64_bytes_a_pass_and_only_when_the_port_is_ready() -> None:
    bench = Bench()
    bench.pump.pages = [("text", "t" * 400)]
    bench.port.incoming = framed('{"id":1,"cmd":"status","page":0}')
    bench.port.taking = 0
    bench.link.service(bench.now_ms)
    assert bench.port.outgoing == b"" and bench.link.wants_write()
    bench.port.taking = 64
    sent = []
    while bench.link.wants_write():
        before = len(bench.port.outgoing)
        bench.link.service(bench.now_ms)
        sent.append(len(bench.port.outgoing) - before)
    assert set(sent[:-1]) == {64} and sum(sent) == len(bench.port.outgoing)
    assert reply_of(bench.port.outgoing)["text"] == "t" * 400


@pytest.mark.req("LNK-2")
def test_a_host_that_takes_one_byte_a_pass_gets_every_reply_whole() -> None:
    bench = Bench()
    bench.hello()
    bench.port.taking = 1
    for request in range(2, 40):
        assert bench.ask('{"id":%d,"cmd":"status","page":0}' % request)["id"] == request


@pytest.mark.req("LNK-2")
def test_a_host_that_stops_reading_loses_its_output_and_session_after_200_ms() -> None:
    bench = Bench()
    bench.hello()
    bench.port.taking = 0
    bench.port.incoming = framed('{"id":2,"cmd":"status","page":0}')
    assert bench.link.service(bench.now_ms) == bench.now_ms + 200
    bench.link.service(bench.now_ms + 199)
    assert bench.link.wants_write()
    bench.link.service(bench.now_ms + 200)
    assert not bench.link.wants_write()
    assert bench.pump.calls[-1] == ("lost",), "the pump is told: what was staged is forgotten"
    bench.port.taking = 64
    assert bench.ask('{"id":3,"cmd":"start"}')["code"] == codes.LINK_STALE
    assert bench.hello()["ok"] == 1
    assert bench.ask('{"id":3,"cmd":"start"}')["ok"] == 1


@pytest.mark.req("LNK-2")
def test_what_cannot_be_answered_has_no_effect_but_stop_always_has() -> None:
    bench = Bench()
    bench.hello()
    bench.port.taking = 0
    bench.pump.pages = [("text", "t" * 400)]
    bench.send(framed('{"id":2,"cmd":"status","page":0}') * 3)
    bench.send(framed('{"id":3,"cmd":"start"}') + b"STOP\n")
    assert ("start",) not in bench.pump.calls and bench.pump.calls[-1] == ("stop", "link")
    bench.port.taking = 64
    assert bench.send(b"")[-1] == STOPPED


@pytest.mark.req("LNK-1")
def test_a_flood_of_bad_lines_leaves_room_for_the_reply_to_stop() -> None:
    bench = Bench()
    bench.port.incoming = b"x\n" * 2000 + b"STOP\n" + b"x\n" * 2000
    while bench.port.incoming:
        bench.link.service(bench.now_ms)
        bench.now_ms += 1
    assert STOPPED in bench.send(b"")


def test_a_reply_too_long_for_a_line_becomes_a_refusal() -> None:
    bench = Bench()
    bench.pump.pages = [("text", "t" * 500)]
    reply = bench.ask('{"id":2,"cmd":"status","page":0}')
    assert (reply["code"], reply["limit"]) == (codes.LINK_LONG, 470)


def mutated(line: bytes, rng: random.Random) -> bytes:
    """One of many ways in which a line goes wrong on its way."""
    at = rng.randrange(len(line))
    kind = rng.randrange(6)
    if kind == 0:
        return line[:at] + b"\n"
    if kind == 1:
        return line[:at] + bytes([line[at] ^ (1 << rng.randrange(8))]) + line[at + 1 :]
    if kind == 2:
        return line[:at] + line[at + 1 :]
    if kind == 3:
        return line[:at] + rng.randbytes(rng.randrange(1, 40)) + line[at:]
    if kind == 4:
        return line.replace(b'"', b"'", 1)
    return rng.randbytes(rng.randrange(600)) + b"\n"


def whole(line: bytes) -> bool:
    """A line that is STOP or has its right CRC: a mutation may mend a vector or miss a line."""
    return line == b"STOP" or line[-9:] == b" %08x" % crc32(line[:-9])


@pytest.mark.req("LNK-1")
def test_random_mutated_and_truncated_lines_reach_no_handler_and_take_no_memory(seed: int) -> None:
    rng = random.Random(seed)
    good = [
        framed('{"id":1,"cmd":"start"}'),
        framed('{"id":2,"cmd":"clock","wall_s":900000000}'),
        framed('{"id":3,"cmd":"stage_part","part":0,"data":"{}"}'),
    ]
    seeds = good + [line + b"\n" for _, _, line in bad_lines()]
    bench = Bench()
    bench.hello()
    bench.pump.calls.clear()
    grown = []
    tracemalloc.start()
    for _ in range(4):
        for _ in range(500):
            data = mutated(rng.choice(seeds), rng) + b"\n"
            if not any(whole(line.rstrip(b"\r")) for line in data.split(b"\n")):
                bench.send(data)
        grown.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert bench.pump.calls == []
    assert grown[3] - grown[1] < 4096
    assert bench.send(b"\nSTOP\n")[-1] == STOPPED
