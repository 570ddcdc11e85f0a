"""The reservation record is fixed in size and keeps every number (REC-1)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picodose.codes import MemoryFault
from picodose.record import reservation
from picodose.therapy.caps import Window

WIDTH = {"flags": 8, "battery_tier": 8, "bolus_origin": 8, "running_ms": 64, "granted": 64}
WIDTH |= {"confirmed": 64, "reserved": 64}


@pytest.mark.req("REC-1")
def test_a_fresh_record_holds_nothing_yet_and_keeps_its_size() -> None:
    record = reservation.unpack(reservation.Reservation().pack())
    record.patient_s[0] = record.last_id = 7
    assert len(record.pack()) == len(reservation.Reservation().pack())
    fields = vars(record)
    assert (fields["granted"], fields["boot"], fields["mark_s"]) == (0, 0, 0xFFFFFFFF)


@pytest.mark.req("REC-1")
@settings(max_examples=25)
@given(st.data())
def test_every_field_comes_back(data: st.DataObject) -> None:
    record = reservation.Reservation()
    for name in vars(record):
        if isinstance(getattr(record, name), int):
            bits = WIDTH.get(name, 32)
            setattr(record, name, data.draw(st.integers(0, 2**bits - 1)))
    record.buckets = data.draw(st.lists(st.integers(0, 2**32 - 1), min_size=51, max_size=51))
    record.watchdog_s = [3, 2, 1]
    record.patient_s = [data.draw(st.integers(0, 2**32 - 1))] * 24
    record.requests = data.draw(st.binary(min_size=64, max_size=64))
    assert vars(reservation.unpack(record.pack())) == vars(record)


@pytest.mark.req("LIM-2")
def test_the_record_has_room_for_every_slot_of_the_day_window() -> None:
    assert Window(86_400_000, 1_800_000, 1).slots == reservation.BUCKETS


@pytest.mark.req("REC-1")
def test_another_length_or_version_is_a_memory_fault() -> None:
    packed = reservation.Reservation().pack()
    for wrong in (packed[:-1], packed + b"\0", b"\x09" + packed[1:]):
        with pytest.raises(MemoryFault):
            reservation.unpack(wrong)
