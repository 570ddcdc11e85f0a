"""Reading the journal past what is no longer there (REC-2)."""

from __future__ import annotations

import struct

import pytest

from picodose.record.journal import ENTRY_BYTES, Ring


class Files:
    """The store port of the journal, in memory."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    def read_at(self, name: str, offset: int, length: int) -> bytes:
        return self.data.get(name, b"")[offset : offset + length]

    def size(self, name: str) -> int:
        return len(self.data.get(name, b""))

    def append(self, name: str, data: bytes) -> None:
        self.data[name] = self.data.get(name, b"") + data

    def remove(self, name: str) -> None:
        self.data.pop(name, None)


def written(count: int, files: int) -> tuple[Files, Ring]:
    """A ring of 128-entry files with entries 0 to count - 1."""
    store = Files()
    ring = Ring(store, "e", files)
    for n in range(count):
        ring.add((1, 179, 0, n, None, n, 0, 0), True, n)
    return store, ring


def numbers(ring: Ring, first: int, count: int) -> list[int]:
    """Sequence numbers of what is given out."""
    return [struct.unpack("<I", raw[:4])[0] for raw in ring.read(first, count)]


@pytest.mark.req("REC-2")
def test_after_the_ring_went_round_reading_from_the_start_begins_at_the_oldest() -> None:
    _store, ring = written(600, 3)  # blocks 2, 3 and 4 are left: 256 to 599
    assert numbers(ring, 0, 6) == [256, 257, 258, 259, 260, 261]
    assert numbers(ring, 597, 6) == [597, 598, 599]


@pytest.mark.req("REC-2")
def test_reading_goes_on_behind_a_block_with_a_torn_tail() -> None:
    store, ring = written(100, 3)
    store.data["e00"] = store.data["e00"][: 90 * ENTRY_BYTES + 7]  # the cut came here
    again = Ring(store, "e", 3)
    again.recover()
    again.add((2, 160, 0, 0, None, 0, 0, 0), True, 0)
    assert again.next_seq == 129
    assert numbers(again, 88, 6) == [88, 89, 128]
    assert ring.next_seq == 100


@pytest.mark.req("REC-2")
def test_one_damaged_entry_hides_only_itself() -> None:
    store, ring = written(20, 3)
    raw = bytearray(store.data["e00"])
    raw[5 * ENTRY_BYTES + 12] ^= 1
    store.data["e00"] = bytes(raw)
    assert numbers(ring, 3, 4) == [3, 4, 6, 7]
