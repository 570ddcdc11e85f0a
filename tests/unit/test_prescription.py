"""A prescription is accepted in one form only, and only within its limits (LIM-7, THER-1)."""

from __future__ import annotations

import binascii
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose import codes
from picodose.therapy.limits import Limits
from picodose.therapy.prescription import MAX_BYTES, encode, parse

VECTORS = Path(__file__).parent.parent / "vectors"
CAPS = ((3_600_000, 60_000, 1_500_000), (86_400_000, 1_800_000, 20_000_000))
LIMITS = Limits(250, 1_000_000, 500_000, 1_000_000, CAPS)
HEAD = {"v": 2, "fluid": "water", "conc_ug_ml": 0}


def day(steps: list[list[int]], fallback: int = 8_000) -> bytes:
    return encode({**HEAD, "mode": "day", "fallback_nl_h": fallback, "steps": steps})


def rows(name: str) -> list[list[str]]:
    lines = (VECTORS / name).read_text().split("\n")
    return [line.split("\t") for line in lines if line and line[0] != "#"]


def raw_of(text: str) -> bytes:
    head, *parts = text.split("\\x")
    return head.encode() + b"".join(bytes([int(p[:2], 16)]) + p[2:].encode() for p in parts)


def refusal(raw: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(codes.Refused) as caught:
        parse(raw, limits)
    return codes.name_of(caught.value.code)


@pytest.mark.req("THER-1")
def test_a_day_of_two_steps_and_a_bolus_adds_up_by_hand() -> None:
    rx = parse(day([[0, 8_000, 0, 0], [420, 20_000, 2_000, 300_000]]), LIMITS)
    assert rx.total_24h_nl() == 7 * 8_000 + 17 * 20_000 + 2_000
    assert rx.rate_max_nl_h() == 20_000 + 2_000 * 12
    assert rx.boluses_per_day() == 1
    assert rx.digest == binascii.crc32(rx.raw)


@pytest.mark.req("THER-1")
def test_each_mode_says_its_rate_total_and_fallback() -> None:
    low = parse(encode({**HEAD, "mode": "min"}), LIMITS)
    const = parse(encode({**HEAD, "mode": "const", "rate_nl_h": 20_000}), LIMITS)
    bolus = parse(
        encode({**HEAD, "mode": "bolus", "bolus_nl": 5_000, "bolus_ms": 600_000}), LIMITS
    )
    assert (low.steps, low.fallback_nl_h, low.total_24h_nl()) == (((0, 250, 0, 0),), 250, 6_000)
    assert (const.fallback_nl_h, const.total_24h_nl()) == (20_000, 480_000)
    assert (bolus.steps, bolus.total_24h_nl(), bolus.rate_max_nl_h()) == ((), 5_000, 30_000)


@pytest.mark.req("LIM-7")
def test_every_bad_line_is_refused_for_its_own_reason() -> None:
    bad = rows("bad_prescriptions.txt")
    assert len(bad) >= 60
    for code, what, text in bad:
        assert refusal(raw_of(text)) == code, what


@pytest.mark.req("LIM-7")
def test_every_good_line_is_accepted_and_keeps_its_bytes() -> None:
    for what, text in rows("good_prescriptions.txt"):
        rx = parse(raw_of(text), LIMITS)
        assert encode(json.loads(rx.raw)) == rx.raw == raw_of(text), what


GOOD = [raw_of(text) for _what, text in rows("good_prescriptions.txt")]


@pytest.mark.req("LIM-7")
@given(st.sampled_from(GOOD), st.randoms(use_true_random=False))
def test_a_mutated_prescription_is_refused_or_is_canonical_itself(
    raw: bytes, pick: random.Random
) -> None:
    text = bytearray(raw)
    for _ in range(pick.randint(1, 3)):
        at = pick.randrange(len(text))
        text[at : at + pick.randint(0, 2)] = bytes([pick.randrange(256)]) * pick.randint(0, 2)
    try:
        rx = parse(bytes(text), LIMITS)
    except codes.Refused:
        return
    assert encode(json.loads(rx.raw)) == bytes(text)
    assert all(type(n) is int for step in rx.steps for n in step)


@pytest.mark.req("LIM-7")
@given(st.binary(max_size=60))
def test_random_bytes_are_refused_and_never_crash(raw: bytes) -> None:
    assert refusal(raw) in ("RX_FORM", "RX_LONG")


@pytest.mark.req("LIM-7", "THER-1")
def test_a_week_of_24_steps_with_boluses_at_bench_rates_fits_and_one_byte_more_does_not() -> None:
    wide = Limits(250, 60_000_000, 5_000_000, 60_000_000, ())
    day = [[60 * hour + 59, 10_000_000, 1_000_000, 3_540_000] for hour in range(24)]
    fields = {"fallback_nl_h": 10_000_000, "week": [6, 5, 4, 3, 2, 1, 0], "patterns": [day] * 7}
    ends = {"patient": [1_000_000, 3_540_000, 86_400_000, 24], "trial": [14, 4_294_967_294]}
    raw = encode({**HEAD, "mode": "week", "fluid": "dyed-water", **fields, **ends})
    assert len(parse(raw, wide).raw) > 5_300
    assert refusal(b" " * (MAX_BYTES + 1)) == "RX_LONG"


@pytest.mark.req("LIM-2")
def test_a_program_is_refused_at_the_first_nanolitre_above_its_cap() -> None:
    # 24 h + 30 min + 6 s at 1000 nL/h are 24_501.67 nL; at 1 h + 1 min + 6 s far below
    raw = encode({**HEAD, "mode": "const", "rate_nl_h": 1_000})
    for cap_nl, accepted in ((24_502, True), (24_501, False)):
        limits = Limits(250, 10_000, 0, 0, ((86_400_000, 1_800_000, cap_nl),))
        if accepted:
            assert parse(raw, limits).total_24h_nl() == 24_000
        else:
            assert refusal(raw, limits) == "RX_CAP"


@pytest.mark.req("LIM-2")
def test_the_fallback_rate_is_held_to_the_caps_too() -> None:
    limits = Limits(250, 10_000, 0, 0, ((3_600_000, 60_000, 5_000),))
    assert parse(day([[0, 1_000, 0, 0]], 4_900), limits).fallback_nl_h == 4_900
    assert refusal(day([[0, 1_000, 0, 0]], 4_950), limits) == "RX_CAP"
