"""The first lines after a reset know their pins by number: those of every profile."""

from __future__ import annotations

import ast
from importlib import import_module
from types import ModuleType

import pytest

from tests.tidy.sources import ROOT, Source

PROFILES = sorted(
    file.stem
    for file in (ROOT / "device/profiles").glob("*.py")
    if not file.stem.startswith(("__init__", "battery_"))  # a battery is a part of a pump's
)


def outputs(source: Source) -> list[tuple[int, int]]:
    """(GPIO number, level) of every `Pin(number, Pin.OUT, value=level)`, in their order."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Pin":
            gpio, direction = node.args
            (level,) = node.keywords
            assert ast.unparse(direction) == "Pin.OUT" and level.arg == "value"
            found.append((int(ast.literal_eval(gpio)), int(ast.literal_eval(level.value))))
    return found


def safe(profile: ModuleType) -> set[tuple[int, int]]:
    """What a profile wants before anything else runs: driver off, pulses low, beeper low."""
    low = {(pin, 0) for pin in (*profile.PINS_PULSE, profile.PIN_STEP, profile.PIN_BEEPER)}
    return {(profile.PIN_ENABLE, 1 - profile.ENABLE_ON), *low}


def driven(profile: ModuleType) -> set[int]:
    """Every pin that a profile's pump may drive."""
    return {pin for pin, _ in safe(profile)} | {profile.PIN_DIR} - {None}


def boot() -> Source:
    """The file that runs first."""
    return Source("device/boot.py", (ROOT / "device/boot.py").read_text())


@pytest.mark.req("DEL-7")
@pytest.mark.parametrize("name", PROFILES)
def test_boot_drives_the_pins_of_every_profile_to_their_safe_levels(name: str) -> None:
    profile = import_module(f"profiles.{name}")
    pins = outputs(boot())
    assert len(pins) == len(set(pins)) and safe(profile) <= set(pins)
    assert safe(profile) <= set(profile.PULLS), "the resistors hold other levels"


@pytest.mark.req("DEL-7")
def test_boot_drives_no_pin_that_is_nobodys() -> None:
    known = set().union(*(driven(import_module(f"profiles.{name}")) for name in PROFILES))
    assert {pin for pin, _ in outputs(boot())} == known


@pytest.mark.req("DEL-7")
def test_the_driver_is_switched_off_first() -> None:
    profile = import_module("profiles.active")
    assert outputs(boot())[0] == (profile.PIN_ENABLE, 1 - profile.ENABLE_ON)


def test_a_pin_of_another_number_is_seen() -> None:
    wrong = Source("x.py", "Pin(6, Pin.OUT, value=1)\nPin(7, Pin.OUT, value=0)\n")
    assert outputs(wrong) == [(6, 1), (7, 0)]
