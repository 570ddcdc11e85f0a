"""Amounts, rates, times as a person writes them: "8 uL/h", "12 ug", "5 min", "07:30".

Everything is exact: decimal text becomes a fraction, and the one rounding (down to whole nL or
nL/h, THER-2) is done by the device's own function.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TypeVar

from picodose import units

_Scale = TypeVar("_Scale")
_VOLUMES_NL = {"nL": 1, "uL": 1_000, "mL": 1_000_000, "L": 1_000_000_000}
_MASSES_NG = {"ng": 1, "ug": 1_000, "mg": 1_000_000}
_SPANS_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "day": 86_400_000}
_CONCENTRATIONS_UG_ML = {"ug/mL": 1, "mg/mL": 1_000}
_PER_MS = {name: _SPANS_MS[name] for name in ("min", "h", "day")}
_WRITTEN = re.compile(r"(-?\d+(?:\.\d+)?)\s*(\S.*)?")
_AT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOUR_MS = 3_600_000
_EPOCH = datetime(2000, 1, 1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Amount:
    """A volume in nL, or a mass in ng; for a rate, the same per hour."""

    value: Fraction
    is_mass: bool
    text: str

    def volume_nl(self, conc_ug_ml: int) -> int:
        """Return the volume in whole nL (nL/h for a rate), rounded down."""
        if self.is_mass:
            scaled = conc_ug_ml * self.value.denominator
            return units.volume_of_mass_nl(self.value.numerator, scaled)
        return units.mul_div_floor(self.value.numerator, 1, self.value.denominator)


def rate(written: object) -> Amount:
    """Read a rate, as volume or mass per time; raises ValueError with the known units."""
    scales: dict[str, tuple[Fraction, bool]] = {}
    for is_mass, table in ((False, _VOLUMES_NL), (True, _MASSES_NG)):
        for amount, size in table.items():
            for span, ms in _PER_MS.items():
                scales[f"{amount}/{span}"] = (Fraction(size * _HOUR_MS, ms), is_mass)
    number, (scale, is_mass) = _number_and_unit(written, scales, "8 uL/h")
    return Amount(number * scale, is_mass, str(written))


def volume(written: object) -> Amount:
    """Read a volume; raises ValueError."""
    number, scale = _number_and_unit(written, _VOLUMES_NL, "2 uL")
    return Amount(number * scale, False, str(written))


def mass(written: object) -> Amount:
    """Read a mass; raises ValueError."""
    number, scale = _number_and_unit(written, _MASSES_NG, "12 ug")
    return Amount(number * scale, True, str(written))


def span_ms(written: object) -> int:
    """Read a duration that is a whole number of milliseconds; raises ValueError."""
    number, scale = _number_and_unit(written, _SPANS_MS, "5 min")
    return _whole(number * scale, "ms")


def concentration_ug_ml(written: object) -> int:
    """Read a concentration that is a whole number of ug/mL; raises ValueError."""
    number, scale = _number_and_unit(written, _CONCENTRATIONS_UG_ML, "500 ug/mL")
    return _whole(number * scale, "ug/mL")


def minute_of_day(written: object) -> int:
    """Read a time of day such as "07:30"; raises ValueError."""
    match = _AT.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError('write a time of day from "00:00" to "23:59", in quotes')
    return int(match[1]) * 60 + int(match[2])


def wall_s(written: object) -> int:
    """Read a date and time of the bench, "2026-12-24 18:00", as seconds since 2000; ValueError."""
    try:
        moment = datetime.strptime(str(written), "%Y-%m-%d %H:%M")
    except ValueError:
        raise ValueError('write a date and time such as "2026-12-24 18:00", in quotes') from None
    return int((moment - _EPOCH).total_seconds())


def count(written: object) -> int:
    """Read a whole number above zero; raises ValueError."""
    if type(written) is not int or written <= 0:
        raise ValueError("write a whole number above zero, without quotes")
    return written


def weekday(written: object) -> int:
    """Read a day of the week, Monday is 0; raises ValueError."""
    if written not in WEEKDAYS:
        raise ValueError(f"write one of {', '.join(WEEKDAYS)}, in quotes")
    return WEEKDAYS.index(str(written))


def _number_and_unit(
    written: object, known: Mapping[str, _Scale], example: str
) -> tuple[Fraction, _Scale]:
    choices = f"known units: {', '.join(known)}"
    if not isinstance(written, str):
        raise ValueError(f'needs a number with its unit in quotes, such as "{example}"; {choices}')
    match = _WRITTEN.fullmatch(written.strip())
    if match is None or match[2] is None:
        raise ValueError(f'"{written}" is no number with a unit, such as "{example}"; {choices}')
    unit = match[2].replace("\u00b5", "u").replace("\u03bc", "u").replace(" ", "")
    if unit not in known:
        raise ValueError(f'"{match[2]}" is not a known unit; {choices}')
    number = Fraction(match[1])
    if number <= 0:
        raise ValueError(f'"{written}" must be above zero')
    return number, known[unit]


def _whole(value: Fraction, unit: str) -> int:
    if value.denominator != 1:
        raise ValueError(f"must be a whole number of {unit}")
    return value.numerator
