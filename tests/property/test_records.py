"""Power cuts at every store operation and torn tails, against what was promised (REC-1, REC-2)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picodose.codes import MemoryFault
from picodose.record import journal, slots


def fields(raw: bytes) -> tuple:  # type: ignore[type-arg]
    entry = journal.unpack_entry(raw)
    assert entry is not None
    return entry


class PowerCut(Exception):
    """The store stopped in the middle of an operation."""


class Flash:
    """The store port in memory; the cut comes inside operation number `cut_at`."""

    def __init__(self, files: dict[str, bytes] | None = None, cut_at: int = -1, share: int = 0):
        self.files = dict(files or {})
        self.cut_at = cut_at
        self.share = share  # how much of the cut operation's bytes arrive, in percent
        self.operations = 0

    def _cut(self) -> bool:
        self.operations += 1
        return self.operations - 1 == self.cut_at

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def read_at(self, name: str, offset: int, length: int) -> bytes:
        return self.files.get(name, b"")[offset : offset + length]

    def size(self, name: str) -> int:
        return len(self.files.get(name, b""))

    def write(self, name: str, data: bytes) -> None:
        if self._cut():
            self.files[name] = data[: len(data) * self.share // 100]
            raise PowerCut
        self.files[name] = data

    def append(self, name: str, data: bytes) -> None:
        if self._cut():
            self.files[name] = self.files.get(name, b"") + data[: len(data) * self.share // 100]
            raise PowerCut
        self.files[name] = self.files.get(name, b"") + data

    def remove(self, name: str) -> None:
        if self._cut():
            if self.share >= 50:
                self.files.pop(name, None)
            raise PowerCut
        self.files.pop(name, None)


SHARES = st.sampled_from([0, 1, 50, 99, 100])


@pytest.mark.req("REC-1")
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6), st.integers(0, 6), SHARES)
def test_a_cut_write_leaves_the_old_item_or_the_new_one(
    items: list[bytes], cut_at: int, share: int
) -> None:
    flash = Flash(cut_at=cut_at, share=share)
    pair, written = slots.SlotPair(flash, "rx"), 0
    try:
        for item in items:
            pair.save(item)
            written += 1
    except PowerCut:
        pass
    allowed = items[max(written - 1, 0) : written + 1]
    after = Flash(flash.files)
    again = slots.SlotPair(after, "rx")
    if written == 0 and share < 100:
        with pytest.raises(MemoryFault):
            again.load()
        return
    assert again.load() in allowed
    again.save(b"next")
    assert slots.SlotPair(Flash(after.files), "rx").load() == b"next"


@pytest.mark.req("REC-1")
@given(st.binary(max_size=60), st.integers(0, 2**32 - 1), st.data())
def test_an_altered_or_shortened_slot_is_never_taken(
    payload: bytes, seq: int, data: st.DataObject
) -> None:
    raw = slots.pack(seq, payload)
    assert slots.unpack(raw) == (seq, payload)
    at = data.draw(st.integers(0, len(raw) - 1))
    assert slots.unpack(raw[:at]) is None
    flipped = bytearray(raw)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    assert slots.unpack(bytes(flipped)) is None


Acts = st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=12)


@pytest.mark.req("REC-1", "REC-2")
@settings(max_examples=60)
@given(Acts, st.lists(st.tuples(st.integers(0, 60), SHARES), max_size=4))
def test_the_journal_loses_only_ram_and_reuses_no_number(
    acts: list[tuple[int, bool]], cuts: list[tuple[int, int]]
) -> None:
    """Several lives, each ended by a cut; a fact is (number, value) seen in flash before."""
    files: dict[str, bytes] = {}
    seen: dict[int, int] = {}
    value = 0
    for cut_at, share in [*cuts, (-1, 0)]:
        flash = Flash(files, cut_at, share)
        ring = journal.Ring(flash, "ev", 3)
        ring.recover()
        assert not seen or ring.next_seq > max(seen)
        for seq, known in seen.items():
            if seq >= ring.oldest_seq():
                found = ring.read(seq, 1)
                assert [fields(raw)[6] for raw in found] == [known]
        urgent_done: dict[int, int] = {}
        try:
            for count, urgent in acts:
                for _ in range(count):
                    value += 1
                    seq = ring.add((1, 2, 3, value, None, value, 0, 0), urgent, value)
                    if urgent:
                        urgent_done[seq] = value
        except PowerCut:
            pass
        files = flash.files
        after = journal.Ring(Flash(files), "ev", 3)
        after.recover()
        for raw in after.read(0, after.next_seq):
            entry = fields(raw)
            seen[entry[0]] = entry[6]
        for seq, known in urgent_done.items():
            assert seq < after.oldest_seq() or seen[seq] == known


@pytest.mark.req("REC-2")
def test_an_append_is_whole_entries_and_at_most_256_bytes() -> None:
    class Watched(Flash):
        def append(self, name: str, data: bytes) -> None:
            assert 0 < len(data) <= 256 and len(data) % 32 == 0
            super().append(name, data)
            assert len(self.files[name]) <= 4096

    ring = journal.Ring(Watched(), "ev", 3)
    for i in range(1_000):
        ring.add((0, 1, 0, i, 5, 0, 0, 0), i % 7 == 0, i)
    ring.flush()
    assert [fields(r)[4] for r in ring.read(900, 100)] == list(range(900, 1_000))
