"""Entries and rings by hand (REC-2)."""

from __future__ import annotations

import pytest

from picodose.codes import MemoryFault
from picodose.record import journal


class Files:
    """The store port in memory; counts appends."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.appends = 0

    def read_at(self, name: str, offset: int, length: int) -> bytes:
        return self.files.get(name, b"")[offset : offset + length]

    def size(self, name: str) -> int:
        return len(self.files.get(name, b""))

    def append(self, name: str, data: bytes) -> None:
        self.appends += 1
        self.files[name] = self.files.get(name, b"") + data

    def remove(self, name: str) -> None:
        self.files.pop(name, None)


ENTRY = (9, 160, 3, 1 << 33, None, -5, 1 << 40, 70_000)


@pytest.mark.req("REC-2")
def test_an_entry_is_32_bytes_and_comes_back() -> None:
    raw = journal.pack_entry(7, *ENTRY)
    assert len(raw) == 32
    assert journal.unpack_entry(raw) == (
        7,
        9,
        160,
        3,
        1 << 33,
        None,
        -5,
        2**31 - 1,
        70_000 - 65_536,
    )
    assert journal.unpack_entry(raw[:-1] + b"\0") is None
    assert journal.unpack_entry(raw[:31]) is None


@pytest.mark.req("REC-2")
@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (2**31 - 1, 2**31 - 1),
        (0xE0BA9422, 0xE0BA9422 - 2**32),
        (2**32 - 1, -1),
        (2**32, 2**31 - 1),
        (-(2**31) - 1, -(2**31)),
    ],
)
def test_a_digest_keeps_its_bits_and_what_has_no_32_is_clamped(value: int, kept: int) -> None:
    entry = journal.unpack_entry(journal.pack_entry(0, 0, 163, 0, 0, None, value, value, 0))
    assert entry is not None
    assert entry[6:8] == (kept, kept)


@pytest.mark.req("REC-2")
def test_ordinary_entries_wait_for_eight_or_a_minute_and_urgent_ones_do_not() -> None:
    files = Files()
    ring = journal.Ring(files, "ev", 3)
    for i in range(7):
        ring.add(ENTRY, False, 1_000 + i)
    assert (files.appends, ring.due_ms()) == (0, 61_000)
    ring.add(ENTRY, False, 1_007)
    assert (files.appends, ring.due_ms()) == (1, None)
    ring.add(ENTRY, False, 2_000)
    assert ring.due_ms() == 62_000
    ring.add(ENTRY, True, 2_001)
    assert (files.appends, ring.due_ms(), files.size("ev00")) == (2, None, 10 * 32)


@pytest.mark.req("REC-2")
def test_the_rings_hold_thirty_days_and_a_thousand_faults() -> None:
    total = 20_000
    for files, least in ((journal.EVENT_FILES, 30 * 200), (journal.FAULT_FILES, 1_000)):
        ring = journal.Ring(Files(), "ev", files)
        for i in range(total):
            ring.add((0, 1, 0, i, None, 0, 0, 0), False, 0)
        ring.flush()
        found = [int.from_bytes(raw[:4], "little") for raw in ring.read(0, total)]
        assert found == list(range(found[0], total))
        assert len(found) >= least


@pytest.mark.req("REC-2")
def test_reading_goes_on_while_others_write_and_gives_only_what_is_in_flash() -> None:
    ring = journal.Ring(Files(), "ev", 3)
    ring.add(ENTRY, True, 0)
    ring.add(ENTRY, False, 0)
    assert len(ring.read(0, 10)) == 1
    ring.flush()
    assert len(ring.read(0, 10)) == 2


@pytest.mark.req("REC-1")
def test_an_append_that_failed_half_way_is_noticed_before_the_next() -> None:
    files = Files()
    ring = journal.Ring(files, "ev", 3)
    ring.add(ENTRY, True, 0)
    files.files["ev00"] += b"half"
    with pytest.raises(MemoryFault):
        ring.add(ENTRY, True, 0)


@pytest.mark.req("REC-1")
def test_after_two_torn_blocks_in_a_row_no_number_is_used_again() -> None:
    files = Files()
    ring = journal.Ring(files, "ev", 5)
    for _ in range(128):
        ring.add(ENTRY, True, 0)
    files.files["ev01"] = b"torn at its first append"
    files.files["ev02"] = b"and again"
    ring.recover()
    assert ring.next_seq == 3 * 128
