"""A million lines that nobody meant, to a link with a key: random, cut off, changed (LNK-1)."""

from __future__ import annotations

import gc
import random
import sys

import pytest

from host_tools.link.keyring import Key
from tests.unit.link_bench import Bench, bad_lines, framed
from tests.unit.test_link_keys import SECRETS, SERVICE, Desk
from tests.unit.test_link_service import STOPPED

LINES, BATCH = 1_000_000, 500
NOISE = 1 << 14
SAMPLE = 6_000  # in the fast tests
READS = {"hello", "status", "log_read", "refill_log"}
OPEN = READS | {"stop", "ack", "enrol", "lost"}  # what needs no signature
VALUES = ("0", "-1", "1e3", "01", "7", "1073741823", "1073741824", "null", '"x"', "[]", "{}", "")


def originals(desk: Desk) -> list[str]:
    """Bodies that mean something, signed and unsigned ones."""
    bodies = [
        '{"id":%d,"cmd":"start"}',
        '{"id":%d,"cmd":"status","page":0}',
        '{"id":%d,"cmd":"log","ring":0,"since":0}',
        '{"id":%d,"cmd":"clock","wall_s":900000000}',
        '{"id":%d,"cmd":"commit","digest":7,"override":"first"}',
        '{"id":%d,"cmd":"bolus","amount_nl":500,"duration_ms":60000}',
        '{"id":%d,"cmd":"stage_part","part":0,"data":"{}"}',
        '{"id":%d,"cmd":"ack","code":110}',
        '{"id":%d,"cmd":"key_remove","which":1}',
    ]
    plain = [body % (number + 2) for number, body in enumerate(bodies)]
    key = Key(1, SERVICE, SECRETS[1])
    texts = [body[:-1] + ',"key":1' for body in plain if "status" not in body]
    forged = [f'{text},"mac":"{key.mac(bytes(32), text)}"}}' for text in texts]
    return plain + forged


def spoilt(rng: random.Random, bodies: list[str], vectors: list[bytes], noise: bytes) -> bytes:
    """One line; every fifth reaches the rules behind the CRC, for its own is right."""
    pick, body = rng.random(), bodies[int(rng.random() * len(bodies))]
    if pick < 0.5:
        at = int(rng.random() * NOISE)
        return noise[at : at + int(rng.random() * 60)] + b"\n"
    at = int(rng.random() * len(body))
    if pick < 0.6:  # another value or a piece of another request, and the CRC that belongs to it
        other = rng.choice(bodies)
        return framed(body[:at] + rng.choice(VALUES) + other[int(rng.random() * len(other)) :])
    if pick < 0.7:
        return framed(body[:at] + chr(32 + int(rng.random() * 95)) + body[at + 1 :])
    line = framed(body)
    if pick < 0.85:
        return line[:at] + b"\n"
    if pick < 0.95:
        return line[:at] + bytes([line[at] ^ 1 << int(rng.random() * 8)]) + line[at + 1 :]
    return rng.choice(vectors) + b"\n"


def pelted(seed: int, count: int) -> None:
    """Throw so many lines; nothing acts, memory stays flat, STOP is answered in between."""
    desk = Desk({1: SERVICE})
    desk.held = False
    bench, rng = Bench(keys=desk.keys), random.Random(seed)
    bench.hello()
    bodies, vectors = originals(desk), [line for _, _, line in bad_lines()]
    held, calls = [], set()
    for number in range(0, count, BATCH):
        noise = rng.randbytes(NOISE).replace(b"STOP", b"")
        lines = [spoilt(rng, bodies, vectors, noise) for _ in range(BATCH)]
        bench.port.incoming = b"".join(lines)
        bench.settle()
        calls |= {call[0] for call in bench.pump.calls}
        bench.pump.calls.clear()
        bench.port.outgoing = b""
        assert bench.send(b"\nSTOP\n")[-1] == STOPPED
        bench.pump.calls.clear()
        bench.pump.acted.clear()
        if number % (count // 4) < BATCH:
            gc.collect()
            held.append(sys.getallocatedblocks())
    assert calls <= OPEN and calls & READS, "some lines are good, and only those that read"
    assert max(held[1:]) - held[1] < 200, held
    assert desk.keys.roles() == "1:3"


@pytest.mark.req("LNK-1", "SEC-1")
def test_thousands_of_lines_that_nobody_meant_change_nothing(seed: int) -> None:
    pelted(seed, SAMPLE)


@pytest.mark.slow
@pytest.mark.req("LNK-1", "SEC-1")
@pytest.mark.parametrize("half", [1, 2])
def test_a_million_lines_that_nobody_meant_change_nothing(seed: int, half: int) -> None:
    pelted(2 * seed + half, LINES // 2)
