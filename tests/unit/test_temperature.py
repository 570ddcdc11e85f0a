"""The chip's temperature, against the data sheet's line worked out in floats."""

from __future__ import annotations

import pytest

from picodose.safety.temperature import Temperature


def reading(celsius: float) -> tuple[int, int, int, int]:
    """What 16 conversions at this temperature add up to."""
    mv = 706 - (celsius - 27) * 1.721
    raw = round(mv / 3300 * 65535)
    return 16 * raw, 16, raw, raw


@pytest.mark.parametrize("celsius", [-20, 0, 27, 54.9, 85])
def test_degrees_are_those_of_the_data_sheet(celsius: float) -> None:
    chip = Temperature((20, 550), 3300)
    chip.sample(*reading(celsius))
    assert chip.now_dc == pytest.approx(celsius * 10, abs=2)


@pytest.mark.req("ALM-4")
@pytest.mark.parametrize(("bad", "near", "well"), [(56, 54, 52), (1, 3, 5)])
def test_three_readings_make_it_bad_and_only_two_degrees_inside_make_it_well(
    bad: float, near: float, well: float
) -> None:
    chip = Temperature((20, 550), 3300)
    said = [chip.sample(*reading(celsius)) for celsius in (27, bad, bad, 27, bad, bad, bad)]
    assert said == [False] * 6 + [True]
    assert chip.sample(*reading(near))
    assert not chip.sample(*reading(well))
