"""The same link code under real MicroPython (unix port): its json is the one that accepts junk."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.link_bench import Bench, bad_lines, framed
from tests.unit.test_link_service import mutated, whole

ROOT = Path(__file__).resolve().parent.parent.parent
MICROPYTHON = Path(sys.executable).parent / "micropython"


def on_micropython(lines: list[bytes]) -> list[str]:
    """What came of each line, in a heap as small as the board's."""
    done = subprocess.run(
        [str(MICROPYTHON), "-X", "heapsize=160k", "tests/unit/link_on_micropython.py"],
        cwd=ROOT,
        input="".join(line.hex() + "\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    return done.stdout.splitlines()


@pytest.mark.req("LIM-7")
def test_every_bad_line_is_refused_with_the_same_code_under_micropython() -> None:
    rows = bad_lines()
    found = on_micropython([line + b"\n" for _, _, line in rows])
    wrong = [
        (why, code, got) for (code, why, _), got in zip(rows, found, strict=True) if got != code
    ]
    assert wrong == []


@pytest.mark.req("LIM-7")
def test_a_good_line_does_reach_the_pump_under_micropython() -> None:
    good = framed('{"id":5,"cmd":"clock","wall_s":900000000}')
    assert on_micropython([good, b"STOP\n"]) == ["set_clock", "stop"]


JUNK = ("", " ", ",", ":", "[", "]", "{", "}", '"', "01", "1e3", "-0", "1.0", "true", "null", "\\")


def junk_bodies(rng: random.Random, count: int) -> list[str]:
    """Bodies with something added or left out, so that only canonical form can catch them."""
    bodies = []
    for number in range(count):
        body = '{"id":%d,"cmd":"clock","wall_s":900000000}' % (number + 2)
        at = rng.randrange(len(body) + 1)
        bodies.append(body[:at] + rng.choice(JUNK) + body[at + rng.randrange(2) :])
    return bodies


@pytest.mark.req("LIM-7", "LNK-1")
def test_what_one_json_takes_and_the_other_does_not_is_refused_by_both(seed: int) -> None:
    """Each line has its right CRC: what acts must act on both interpreters, or on neither."""
    bodies = junk_bodies(random.Random(seed), 1500)
    bench = Bench()
    bench.hello()
    acted = []
    for body in bodies:
        bench.pump.calls.clear()
        bench.send(framed(body))
        acted.append(bool(bench.pump.calls))
    found = on_micropython([framed(body) for body in bodies])
    assert [line.endswith("set_clock") for line in found] == acted
    assert 0 < sum(acted) < len(bodies) // 2, "an empty addition leaves a good line"


@pytest.mark.req("LNK-1")
def test_random_mutated_and_truncated_lines_reach_nothing_under_micropython(seed: int) -> None:
    rng = random.Random(seed)
    seeds = [line + b"\n" for _, _, line in bad_lines()]
    broken = [mutated(rng.choice(seeds), rng) + b"\n" for _ in range(1500)]
    broken = [data for data in broken if not any(map(whole, data.split(b"\n")))]
    calls = {"start", "set_clock", "stage_end", "ack", "battery_new", "stop", "status"}
    calls |= {"pause", "sound_test", "begin_single"}
    assert not calls.intersection(" ".join(on_micropython(broken)).split())
