"""Settings keep prescription and calibration byte for byte (REC-1)."""

from __future__ import annotations

import pytest

from picodose.codes import MemoryFault
from picodose.record import settings


@pytest.mark.req("REC-1")
def test_settings_come_back_as_they_were_written() -> None:
    packed = settings.Settings(b"therapy-step", 25, 2, 0xFFFFFFFF, 7, b'{"v":1}').pack()
    assert len(packed) == 36 + 7
    kept = settings.unpack(packed)
    assert (kept.profile, kept.nl_num, kept.steps_den) == (b"therapy-step", 25, 2)
    assert (kept.calibrated_s, kept.loaded_s, kept.rx_raw) == (0xFFFFFFFF, 7, b'{"v":1}')


@pytest.mark.req("REC-1")
def test_another_version_or_length_is_a_memory_fault() -> None:
    packed = settings.Settings(b"x", 1, 1, 0, 0, b"rx").pack()
    for wrong in (b"", packed[:-1], packed + b"x", b"\x02" + packed[1:]):
        with pytest.raises(MemoryFault):
            settings.unpack(wrong)
    with pytest.raises(ValueError, match="profile"):
        settings.Settings(b"seventeen letters", 1, 1, 0, 0, b"").pack()
