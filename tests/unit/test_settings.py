"""Settings keep prescription and calibration byte for byte (REC-1)."""

from __future__ import annotations

import pytest

from picodose.codes import MemoryFault
from picodose.record import fill, settings

UNKNOWN_S = 0xFFFFFFFF


def filled() -> fill.Fill:
    """A fill with two refills behind it."""
    kept = fill.Fill(18_000_000, at_steps=1 << 40)
    kept.fluid, kept.conc_ug_ml, kept.date_s = "water", 1000, 7
    kept.history = [(1, 2, 3, 4), (5, 6, 7, 8)]
    return kept


@pytest.mark.req("REC-1")
def test_settings_come_back_as_they_were_written() -> None:
    packed = settings.Settings(
        b"therapy-step", 25, 2, filled(), UNKNOWN_S, 7, b'{"v":1}', b"points"
    ).pack()
    kept = settings.unpack(packed)
    assert (kept.profile, kept.nl_num, kept.steps_den) == (b"therapy-step", 25, 2)
    assert (kept.calibrated_s, kept.loaded_s) == (UNKNOWN_S, 7)
    assert (kept.rx_raw, kept.cal_raw) == (b'{"v":1}', b"points")
    assert vars(kept.fill) == vars(filled())


@pytest.mark.req("REC-1")
def test_another_version_or_length_is_a_memory_fault() -> None:
    packed = settings.Settings(b"x", 1, 1, filled(), 0, 0, b"rx").pack()
    for wrong in (b"", packed[:-1], packed + b"x", b"\x01" + packed[1:]):
        with pytest.raises(MemoryFault):
            settings.unpack(wrong)
    with pytest.raises(ValueError, match="profile"):
        settings.Settings(b"seventeen letters", 1, 1, filled()).pack()


@pytest.mark.req("RES-1")
def test_another_nominal_ratio_leaves_the_volume_counted_so_far() -> None:
    stored = settings.Settings(b"x", 25, 2, fill.Fill(20_000_000), rx_raw=b"rx")
    moved = stored.under(b"x", 50, 4 * 2, 1_000_001)
    assert (moved.nl_num, moved.steps_den, moved.rx_raw) == (50, 8, b"rx")
    assert moved.fill.counted_nl(1_000_001, 50, 8) == 12_500_012
    assert moved.fill.counted_nl(1_000_003, 50, 8) == 12_500_012 + 12
    assert stored.under(b"x", 25, 2, 1_000_001) is stored


@pytest.mark.req("RES-1")
def test_a_calibration_outlives_a_new_nominal_ratio_but_not_another_pump() -> None:
    stored = settings.Settings(b"x", 26, 2, fill.Fill(1), 5, 6, b"rx", b"points")
    assert stored.under(b"x", 25, 2, 0) is stored
    other = stored.under(b"y", 25, 2, 0)
    assert (other.profile, other.rx_raw, other.cal_raw) == (b"y", b"", b"")
    assert other.calibrated_s == UNKNOWN_S
