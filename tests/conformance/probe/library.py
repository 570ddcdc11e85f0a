# ruff: noqa: F821, I001
# mypy: ignore-errors
"""json, struct, binascii, hashlib, array, collections and text as the firmware has them."""

import array
import binascii
import collections
import hashlib
import io
import json
import struct

from report import say, try_all


def jsons():
    """What json accepts (more than JSON) and how it prints."""
    for name, text in (
        ("duplicate", '{"a":1,"a":2}'), ("no_comma", '{"a":1 "b":2}'), ("leading_zero", "01"),
        ("exponent", "1e3"), ("nan", "NaN"), ("trailing", "1 2"), ("single", "{'a':1}"),
        ("open", '{"a":'), ("escape", '"\\u0041\\n"'), ("empty", ""), ("spaces", " [1 , 2] "),
        ("true", "[true,false,null]"), ("plus", "+1"), ("bare", "abc"), ("control", '"a\nb"'),
        ("minus", "-"), ("huge", "123456789012345678901234567890"), ("comma_end", "[1,]"),
    ):  # fmt: skip
        try_all("json", ((name, lambda t=text: json.loads(t)),))
    say("json.dumps", json.dumps([1, 'a\n"\x01', None, True, [1.5]]))
    say("json.separators", json.dumps([1, {"a": 2}], separators=(",", ":")))


def bytes_and_text():
    """Packing, checksums, digests, slices and formatting."""
    try_all("bytes", (
        ("pack", lambda: struct.pack("<BHiq", 1, 2, -3, 4)),
        ("pack_range", lambda: struct.pack("<B", 256)),
        ("pack_negative", lambda: struct.pack("<I", -1)),
        ("unpack_short", lambda: struct.unpack("<I", b"abc")),
        ("unpack_from", lambda: struct.unpack_from("<H", b"abcd", 1)),
        ("calcsize", lambda: (struct.calcsize("<BI"), struct.calcsize("BI"))),
        ("crc32", lambda: binascii.crc32(b"123456789")),
        ("crc32_goes_on", lambda: binascii.crc32(b"6789", binascii.crc32(b"12345"))),
        ("hexlify", lambda: binascii.hexlify(b"\x01\xff")),
        ("unhexlify_bad", lambda: binascii.unhexlify("0g")),
        ("unhexlify_odd", lambda: binascii.unhexlify("0")),
        ("sha256", lambda: binascii.hexlify(hashlib.sha256(b"abc").digest())),
        ("fromhex", lambda: bytes.fromhex("0aff")),
        ("index", lambda: bytearray(b"abc")[5]),
        ("slice_step", lambda: bytearray(b"abcd")[::2]),
        ("decode_bad", lambda: b"\xff".decode()),
        ("int_format", lambda: "{:05d}|{:x}|{:>4}|{!r}".format(42, 255, "a", "b")),
        ("percent", lambda: "%d %s %r %05.1f" % (1, "a", b"b", 2.25)),
        ("splitlines", lambda: "a\nb\r\nc".split("\n")),
        ("partition", lambda: "k=v=w".partition("=")),
        ("isdigit", lambda: ("12".isdigit(), "".isdigit(), "1.".isdigit())),
        ("memoryview", lambda: bytes(memoryview(b"abcd")[1:3])),
        ("ljust", lambda: "a".ljust(3)),
        ("removeprefix", lambda: "abc".removeprefix("a")),
    ))  # fmt: skip


def containers():
    """Arrays, deques, tuples and exceptions."""

    def short_deque():
        queue = collections.deque((), 2)
        for n in range(3):
            queue.append(n)
        return list(queue)

    def strict_deque():
        queue = collections.deque((), 1, 1)
        queue.append(1)
        queue.append(2)

    try_all("container", (
        ("array_range", lambda: array.array("B", [256])),
        ("array_i", lambda: array.array("i", [1, -2])),
        ("array_float", lambda: array.array("f", [1.5])),
        ("deque_drops", short_deque),
        ("deque_full", strict_deque),
        ("deque_empty", lambda: collections.deque((), 1).popleft()),
        ("namedtuple", lambda: collections.namedtuple("P", ("x", "y"))(1, 2)),
        ("ordered", lambda: list(collections.OrderedDict([("b", 1), ("a", 2)]))),
        ("missing_key", lambda: {}["a"]),
        ("missing_attribute", lambda: (1).nothing),
        ("missing_name", lambda: nothing),
        ("index", lambda: [1][3]),
        ("unpack", lambda: unpack_two((1,))),
        ("sorted_key", lambda: sorted([3, 1, 2], key=lambda n: -n)),
        ("tuple_set", lambda: set_item((1, 2))),
        ("bytesio", lambda: io.BytesIO(b"abc").read(2)),
        ("next_empty", lambda: next(iter(()))),
        ("assertion", failed_assertion),
    ))  # fmt: skip


def unpack_two(pair):
    """Unpack a pair that may be too short."""
    first, second = pair
    return first, second


def set_item(target):
    """Try to change a tuple."""
    target[0] = 5


def failed_assertion():
    """An assertion with a text: compiled in or not."""
    assert 1 == 2, "kept"
