"""Entries and rings by hand (REC-2)."""

from __future__ import annotations

import pytest
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
def test_ordinary_entries_wait_for_eight_or_a_minute_and_urgent_ones_do_not() -> None:
    files = Files()
    log = journal.Journal(files)
    log.recover(1)
    for i in range(7):
        log.note(160, 0, 1_000 + i, None)
    assert (files.appends, log.due_ms()) == (0, 61_000)
    log.note(160, 0, 1_007, None)
    assert (files.appends, log.due_ms()) == (1, None)
    log.note(160, 0, 2_000, None)
    log.tick(61_999)
    assert files.appends == 1
    log.tick(62_000)
    assert files.appends == 2
    log.note(160, 0, 70_000, None)
    log.note(161, 0, 70_001, None, urgent=True)
    assert (files.appends, files.size("ev00")) == (3, 11 * 32)


@pytest.mark.req("REC-2")
def test_a_fault_is_in_both_rings_and_in_flash_at_once_in_its_own() -> None:
    files = Files()
    log = journal.Journal(files)
    log.recover(4)
    log.note(173, 3, 5, 77, 1, 2, 3, urgent=True, fault=True)
    assert (files.size("fa00"), files.size("ev00")) == (32, 0)
    assert journal.unpack_entry(log.faults.read(0, 1)[0]) == (0, 4, 173, 3, 5, 77, 1, 2, 3)
    log.events.flush()
    assert files.size("ev00") == 32


@pytest.mark.req("REC-2")
def test_the_rings_hold_thirty_days_and_a_thousand_faults() -> None:
    log = journal.Journal(Files())
    for ring, least in ((log.events, 30 * 200), (log.faults, 1_000)):
        total = 20_000
        for i in range(total):
            ring.add((0, 1, 0, i, None, 0, 0, 0), False, 0)
        ring.flush()
        found = [journal.unpack_entry(raw)[0] for raw in ring.read(0, total)]
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
    with pytest.raises(journal.MemoryFault):
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
