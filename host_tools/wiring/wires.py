"""Every wire between the Pico and the rest, from a profile and parts.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from host_tools.pumps import profiles_by_name

# Where a GPIO comes out of a Raspberry Pi Pico (its data sheet, figure 2): the others are supply.
_GAPS = {3, 8, 13, 18, 23, 28, 30, 33}
_AFTER_22 = {26: 31, 27: 32, 28: 34}
PIN_3V3, PIN_GND, PIN_VSYS = 36, 38, 39
NONE = "none"


@cache
def parts() -> dict[str, Any]:
    """What parts.toml holds."""
    return tomllib.loads((Path(__file__).resolve().parent / "parts.toml").read_text())


def pumps() -> list[str]:
    """Profiles that are drawn."""
    return list(parts()["pumps"])


def pico_pin(gpio: int) -> int:
    """The pin of the board that carries a GPIO; raises ValueError for one that none carries."""
    if gpio in _AFTER_22:
        return _AFTER_22[gpio]
    if not 0 <= gpio <= 22:
        raise ValueError(f"GPIO {gpio} comes out at no pin of a Pico")
    return [pin for pin in range(1, 30) if pin not in _GAPS][gpio]


@dataclass(frozen=True)
class Wire:
    """role: as drawn; gpio: "2", "26 (ADC0)" or the name of a supply; resistor: NONE, or its value
    and where it goes; to: in words.
    """

    role: str
    pin: int
    gpio: str
    to: str
    resistor: str
    why: str

    @property
    def pulled_up(self) -> bool:
        """The resistor goes to 3V3."""
        return self.resistor.endswith("3V3")


def wires_of(profile: ModuleType) -> list[Wire]:
    """All wires of a profile's pump, the driver's first."""
    drive = [_gpio(profile, role, gpio) for role, gpio in drive_pins(profile)]
    rest = [
        _gpio(profile, role, gpio)
        for role, gpio in (
            ("BEEPER", profile.PIN_BEEPER),
            ("PATIENT", profile.PIN_PATIENT),
            ("SERVICE", profile.PIN_SERVICE),
        )
    ]
    return [*drive, *rest, _battery(profile), *_supplies(profile)]


def drive_pins(profile: ModuleType) -> list[tuple[str, int]]:
    """Role and GPIO of every wire to the motor's driver."""
    if profile.DRIVER == "uln2003":
        found = [(f"IN{k}", gpio) for k, gpio in enumerate(profile.PINS_PULSE, 1)]
    elif profile.DRIVER == "dc":
        found = [("GATE", profile.PIN_STEP)]
    else:
        found = [("STEP", profile.PIN_STEP), ("DIR", profile.PIN_DIR)]
    return [*found, ("ENABLE", profile.PIN_ENABLE)]


def divider_kohm(profile: ModuleType) -> tuple[int, int]:
    """Upper and lower resistor of the battery's divider, from its ratio in the profile."""
    num, den = profile.BATTERY_DIVIDER
    lower = int(parts()["values"]["divider_kohm"])
    return lower * (num - den) // den, lower


def profile_of(name: str) -> ModuleType:
    """The profile of that name."""
    return profiles_by_name()[name]


def _gpio(profile: ModuleType, role: str, gpio: int) -> Wire:
    known = parts()
    to = known["to"][profile.DRIVER].get(role) or known["to"][role]
    if role == "ENABLE":
        to += " (active low)" if profile.ENABLE_ON == 0 else " (active high)"
    level = dict(profile.PULLS).get(gpio)
    resistor, why = f"{NONE} (internal)" if role in ("PATIENT", "SERVICE") else NONE, ""
    if level is not None:
        resistor = f"{known['values']['pull']} to {'3V3' if level else 'GND'}"
        why = known["why"].get("IN1" if role.startswith("IN") else role, "")
    return Wire(role, pico_pin(gpio), str(gpio), to, resistor, why)


def _battery(profile: ModuleType) -> Wire:
    upper, lower = divider_kohm(profile)
    num, den = profile.BATTERY_DIVIDER
    gpio = f"{profile.PIN_VBAT} (ADC{profile.PIN_VBAT - 26})"
    to = f"middle of {upper} kΩ over {lower} kΩ across the battery"
    why = f"6 V of battery read as {6 * den / num:g} V"
    filtered = f"{parts()['values']['filter']} to GND"
    return Wire("VBAT", pico_pin(profile.PIN_VBAT), gpio, to, filtered, why)


def _supplies(profile: ModuleType) -> list[Wire]:
    to = parts()["to"]
    return [
        Wire("3V3", PIN_3V3, "3V3", to["3V3"], "", ""),
        Wire("GND", PIN_GND, "GND", to[profile.DRIVER]["GND"], "", ""),
        Wire("VSYS", PIN_VSYS, "VSYS", to["VSYS"], "", ""),
    ]
