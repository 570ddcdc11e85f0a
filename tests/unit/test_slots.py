"""Two slots by hand (REC-1)."""

from __future__ import annotations

import pytest

from picodose.codes import MemoryFault
from picodose.record import slots


@pytest.mark.req("REC-1")
def test_a_slot_is_mark_length_number_payload_and_checksum() -> None:
    assert slots.pack(1, b"ab")[:10] == b"pd\x02\x00\x01\x00\x00\x00ab"
    assert len(slots.pack(1, b"ab")) == 14


@pytest.mark.req("REC-1")
@pytest.mark.parametrize(
    ("a", "b", "which"), [(1, 2, 1), (2, 1, 0), (0xFFFFFFFF, 0, 1), (0, 0xFFFFFFFF, 0)]
)
def test_the_newer_slot_is_chosen_also_where_the_number_wraps(a: int, b: int, which: int) -> None:
    assert slots.choose(slots.pack(a, b"A"), slots.pack(b, b"B"))[2] == which


@pytest.mark.req("REC-1")
def test_one_bad_slot_is_what_a_cut_leaves_and_two_are_a_memory_fault() -> None:
    good = slots.pack(5, b"kept")
    assert slots.choose(None, good) == (5, b"kept", 1)
    assert slots.choose(good, good[:-1]) == (5, b"kept", 0)
    with pytest.raises(MemoryFault):
        slots.choose(good[:-1], None)


class Store(dict):  # type: ignore[type-arg]
    """A store whose writes can be spoilt."""

    spoil = False

    def read(self, name: str) -> bytes | None:
        return self.get(name)

    def write(self, name: str, data: bytes) -> None:
        self[name] = data[:-1] if self.spoil else data


@pytest.mark.req("REC-1")
def test_a_write_that_does_not_read_back_is_a_memory_fault_and_keeps_the_old() -> None:
    store = Store()
    pair = slots.SlotPair(store, "rx")
    assert not pair.exists()
    pair.save(b"one")
    pair.save(b"two")
    assert pair.older() == b"one"
    store.spoil = True
    with pytest.raises(MemoryFault):
        pair.save(b"three")
    assert slots.SlotPair(store, "rx").load() == b"two"
