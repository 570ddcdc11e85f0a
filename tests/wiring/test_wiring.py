"""Tables and drawings of the wiring say what the profiles say."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from host_tools.wiring import tables
from host_tools.wiring.drawing import drawing
from host_tools.wiring.wires import (
    Wire,
    divider_kohm,
    drive_pins,
    pico_pin,
    profile_of,
    pumps,
    wires_of,
)
from profiles import battery_liion


@pytest.fixture(params=pumps())
def profile(request: pytest.FixtureRequest) -> ModuleType:
    """Each profile that is drawn."""
    return profile_of(str(request.param))


def by_gpio(profile: ModuleType) -> dict[int, Wire]:
    """Wires by GPIO number; supplies are left out."""
    return {int(w.gpio.split()[0]): w for w in wires_of(profile) if w.gpio[0].isdigit()
            and w.gpio != "3V3"}  # fmt: skip


def test_the_pins_of_a_pico_are_those_of_its_data_sheet() -> None:
    known = {0: 1, 2: 4, 6: 9, 10: 14, 11: 15, 15: 20, 16: 21, 22: 29, 26: 31, 27: 32, 28: 34}
    assert {gpio: pico_pin(gpio) for gpio in known} == known
    for gpio in (-1, 23, 25, 29):
        with pytest.raises(ValueError, match="no pin"):
            pico_pin(gpio)


@pytest.mark.req("DEL-7")
def test_every_pull_of_the_profile_is_a_resistor_to_that_side(profile: ModuleType) -> None:
    wires = by_gpio(profile)
    for gpio, level in profile.PULLS:
        assert wires[gpio].resistor == f"10 kΩ to {'3V3' if level else 'GND'}"
        assert wires[gpio].why
    pulled = {gpio for gpio, wire in wires.items() if "10 kΩ" in wire.resistor}
    assert pulled == {gpio for gpio, _ in profile.PULLS}


def test_every_pin_of_the_profile_is_wired(profile: ModuleType) -> None:
    named = {v for k, v in vars(profile).items() if k.startswith("PIN_") and v is not None}
    assert set(by_gpio(profile)) == named | set(profile.PINS_PULSE)
    assert "(active low)" in by_gpio(profile)[profile.PIN_ENABLE].to


def test_the_divider_has_the_profile_s_ratio(profile: ModuleType) -> None:
    assert divider_kohm(profile) == (100, 100)
    assert divider_kohm(battery_liion) == (200, 100)
    assert any("read as 3 V" in wire.why for wire in wires_of(profile))


def test_the_bill_counts_a_resistor_for_each_pull(profile: ModuleType) -> None:
    bill = {part: count for count, part, _ in tables.bill_of(profile)}
    assert bill["resistor, 10 kΩ"] == len(profile.PULLS)
    assert bill["resistor, 100 kΩ"] == 2 and bill["push button"] == 2


def test_the_drawing_names_every_wire_and_is_the_same_each_time(profile: ModuleType) -> None:
    svg = drawing(profile)
    assert svg == drawing(profile)
    words = re.findall(r">([^<>]+)<", svg)
    for _, gpio in drive_pins(profile):
        assert f"GP{gpio}" in words and str(pico_pin(gpio)) in words
    assert words.count("10 kΩ") == len(profile.PULLS)
    assert words.count("3V3") >= 1 and {"PATIENT", "SERVICE", "piezo", "100 nF"} <= set(words)
    assert set(tables.titles()) == set(pumps())
