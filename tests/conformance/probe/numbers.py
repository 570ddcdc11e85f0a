# ruff: noqa: I001
# mypy: ignore-errors
"""Integers, floats and ticks as the firmware computes them."""

import sys
import time

from report import say, try_all


def integers():
    """Arithmetic around the small-integer limit, division, shifts, conversions."""
    big = (1 << 30) - 1
    try_all("int", (
        ("maxsize", lambda: sys.maxsize),
        ("past_small", lambda: big + 1),
        ("times", lambda: big * big),
        ("floor_negative", lambda: (-7 // 2, -7 % 2, 7 // -2, 7 % -2)),
        ("divmod", lambda: divmod(-7, 3)),
        ("pow_mod", lambda: pow(3, 5, 7)),
        ("zero", lambda: 1 // 0),
        ("zero_mod", lambda: 1 % 0),
        ("negative_shift", lambda: 1 << -1),
        ("parse", lambda: int("12_3")),
        ("parse_space", lambda: int(" 12 ")),
        ("parse_hex", lambda: int("ff", 16)),
        ("parse_bad", lambda: int("1e3")),
        ("parse_empty", lambda: int("")),
        ("to_bytes", lambda: (70000).to_bytes(4, "little")),
        ("to_bytes_small", lambda: (70000).to_bytes(2, "little")),
        ("from_bytes", lambda: int.from_bytes(b"\x01\x02", "big")),
        ("true_divide", lambda: 7 / 2),
        ("bit_length", lambda: (5).bit_length()),
    ))  # fmt: skip


def floats():
    """Thirty-two-bit floats: what a host with 64 bits would print differently."""
    try_all("float", (
        ("sum", lambda: 0.1 + 0.2),
        ("odd", lambda: 16777216.0 + 1.0),
        ("third", lambda: 1 / 3),
        ("overflow", lambda: 1e38 * 10),
        ("round", lambda: (round(2.5), round(3.5), round(1.005, 2))),
        ("to_int", lambda: int(1e10)),
        ("text", lambda: "%.2f %g" % (2.675, 1e-7)),
    ))  # fmt: skip


def ticks():
    """Wrap at 2**30 and the range of a difference."""
    half = 1 << 29
    last = (1 << 30) - 1
    try_all("ticks", (
        ("add_wraps", lambda: time.ticks_add(last, 1)),
        ("add_back", lambda: time.ticks_add(0, -1)),
        ("add_too_far", lambda: time.ticks_add(0, half)),
        ("add_far", lambda: time.ticks_add(0, half - 1)),
        ("diff_over_wrap", lambda: time.ticks_diff(5, last)),
        ("diff_back", lambda: time.ticks_diff(last, 5)),
        ("diff_half", lambda: time.ticks_diff(half, 0)),
        ("diff_most", lambda: time.ticks_diff(half - 1, 0)),
        ("is_small", lambda: 0 <= time.ticks_ms() <= last and 0 <= time.ticks_us() <= last),
    ))  # fmt: skip
    start = time.ticks_ms()
    time.sleep_ms(50)
    say("ticks.sleep_50", 49 <= time.ticks_diff(time.ticks_ms(), start) <= 51)
    start = time.ticks_us()
    time.sleep_us(500)
    say("ticks.sleep_us_500", 500 <= time.ticks_diff(time.ticks_us(), start) <= 700)
    try_all("ticks", (
        ("sleep_negative", lambda: time.sleep_ms(-1)),
        ("epoch", lambda: time.gmtime(0)),
        ("mktime", lambda: time.mktime((2026, 1, 2, 3, 4, 5, 0, 0))),
    ))  # fmt: skip
