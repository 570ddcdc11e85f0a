"""The fluid library: what may be ordered of each fluid, as data (LIM-1).

One line a fluid: name, unit of its amounts (uL, or ug for a fluid ordered as mass), lowest and
highest concentration in ug/mL; then hard low, soft low, soft high, hard high of the basal rate (an
hour), of one bolus, of the total of 24 h, and of the boluses in a day. Between soft and hard a
commit needs a named override; past hard there is none.

The lines that begin with "demo-" are *illustrative*: round numbers in the order of published
practice, there to show mass doses on a bench that moves water. They are advice for nobody.
"""

from binascii import crc32

from micropython import const

from picodose import codes
from picodose.codes import Refused

VERSION = const(1)
LIBRARY = """\
water uL 0 0 0 0 1000 60000 0 0 500 5000 0 0 25000 1600000 0 0 12 312
dyed-water uL 0 1000 0 0 1000 60000 0 0 500 5000 0 0 25000 1600000 0 0 12 312
saline uL 0 9000 0 0 1000 60000 0 0 500 5000 0 0 25000 1600000 0 0 12 312
demo-morphine ug 500 25000 0 4 400 800 0 0 500 1000 0 100 9000 18000 0 0 6 12
demo-baclofen ug 50 2000 0 1 35 70 0 0 50 100 0 24 800 1400 0 0 6 12
"""
_CRC = const(0xEC855A9D)
NAMES = ("basal", "bolus", "total", "boluses_day")
_BASAL = const(0)
_BOLUS = const(1)
_TOTAL = const(2)
_COUNT = const(3)


def intact() -> bool:
    """The library reads as it was written (SAF-1)."""
    return crc32(LIBRARY.encode()) == _CRC


def find(name: str) -> tuple:
    """A fluid's row: (name, unit, conc_low, conc_high, sixteen limits); raises Refused."""
    for line in LIBRARY.split("\n"):
        words = line.split()
        if words and words[0] == name:
            return tuple(words[:2] + [int(word) for word in words[2:]])
    raise Refused(codes.RX_FLUID, "fluid", name, None, "not in the pump's library")


def asked(rx) -> list:
    """What a prescription asks for: list of (place in NAMES, lowest, highest) in nL, and a count.

    Totals and counts include every allowed patient bolus at the upper end, none at the lower.
    """
    rates = [step[1] for steps in rx.patterns for step in steps]
    boluses = [step[2] for steps in rx.patterns for step in steps if step[2]]
    boluses += [bolus[0] for bolus in (rx.periodic, rx.patient) if bolus]
    if not rates:
        return [(_BOLUS, rx.bolus_nl, rx.bolus_nl)]
    rates.append(rx.fallback_nl_h)
    found = [(_BASAL, min(rates), max(rates))]
    if boluses:
        found.append((_BOLUS, min(boluses), max(boluses)))
        found.append((_COUNT, 0, rx.boluses_per_day() + rx.patient_per_day()))
    most_nl = max(rx.allowed_24h_nl(), 24 * rx.fallback_nl_h)
    return found + [(_TOTAL, rx.total_24h_nl(), most_nl)]


def check(rx, row: tuple) -> tuple:
    """Names of the overrides that a commit needs; Refused past a hard limit."""
    names = []
    for place, low, high in asked(rx):
        names += judge(place, low, high, rx.conc_ug_ml, row)
    return tuple(names)


def check_bolus(bolus_nl: int, conc_ug_ml: int, row: tuple) -> tuple:
    """The same for one bolus alone (nL, ug/mL)."""
    return tuple(judge(_BOLUS, bolus_nl, bolus_nl, conc_ug_ml, row))


def judge(place: int, low: int, high: int, conc_ug_ml: int, row: tuple) -> list:
    """Overrides for one of NAMES, from low to high in nL (a count as it is), at a concentration.

    Compared in the unit of the row, rounded away from what is allowed; Refused past a hard limit.
    """
    if place != _COUNT:
        one_nl, whole = (conc_ug_ml, 1_000_000) if row[1] == "ug" else (1, 1_000)
        low, high = low * one_nl // whole, -(-high * one_nl // whole)
    name = NAMES[place]
    hard_low, soft_low, soft_high, hard_high = row[4 + 4 * place : 8 + 4 * place]
    if low < hard_low or high > hard_high:
        value, limit = (high, hard_high) if high > hard_high else (low, hard_low)
        hint = "outside the fluid's limits, in " + row[1]
        raise Refused(codes.RX_FLUID_LIMIT, name, value, limit, hint)
    names = [name + "_low"] if low < soft_low else []
    if high > soft_high:
        names.append(name if place == _COUNT else name + "_high")
    return names
