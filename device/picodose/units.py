"""The numeric budget, and the only arithmetic helpers.

Every quantity is an integer in the unit that its name ends with. "Past 2**30" says where a
product leaves the 31-bit small integers of the RP2040 firmware (legal in the main loop, forbidden
in anything an interrupt reads).

| quantity           | unit    | range              | past 2**30                               |
|--------------------|---------|--------------------|------------------------------------------|
| rate               | nL/h    | 250 .. 600_000_000 | rate x ms after 2 ms at the highest rate |
| volume             | nL      | 0 .. 2**30-1 (1.07 L) | volume x 3_600_000 always                |
| schedule units     | nL*ms/h | unbounded          | after 1 min at 18 uL/h; main loop only   |
| steps in a segment | steps   | 0 .. 40_000        | never                                    |
| granted/confirmed  | steps   | 0 .. 2**64-1       | 2.5 years at 1 mL/h; main loop only      |
| monotonic time     | ms      | unbounded          | after 12.4 days; main loop only          |
| duration           | ms      | 0 .. 86_400_000    | never                                    |
| wall clock         | s       | 0 .. 2**32-2       | after 2034; main loop only               |
| mass               | ng      | 0 .. 2**50         | volume x concentration; main loop only   |
| concentration      | ug/mL   | 0 .. 1_000_000     | never                                    |
| battery            | mV      | 0 .. 20_000        | never                                    |
"""

from array import array

from micropython import const

CONC_MAX_UG_ML = const(1000000)
DAY_MS = const(86400000)
HOUR_MS = const(3600000)
MINUTE_MS = const(60000)
UNITS_PER_NL = const(3600000)  # one schedule unit is nL*ms/h


def mul_div_floor(a: int, b: int, c: int) -> int:
    """Return floor(a*b/c) exactly; c > 0, any sign of a and b."""
    return a * b // c


def mul_div_half_up(a: int, b: int, c: int) -> int:
    """Return a*b/c rounded to the nearest, halves up; c > 0."""
    return (2 * a * b + c) // (2 * c)


def div_ceil(a: int, b: int) -> int:
    """Return ceil(a/b); b > 0."""
    return -(-a // b)


def short(value: int) -> int:
    """The same number, 0 to 2**30-1, as a small integer. The firmware keeps what was computed from
    long integers long, and the first sum with it in a hard interrupt raises MemoryError.
    """
    return array("I", (value,))[0]


def volume_of_mass_nl(mass_ng: int, conc_ug_ml: int) -> int:
    """Volume that carries a mass order, rounded down: never more mass than ordered (THER-2)."""
    return mul_div_floor(mass_ng, 1000, conc_ug_ml)


def mass_of_volume_ng(volume_nl: int, conc_ug_ml: int) -> int:
    """Mass in a volume, rounded half up: for display only (ng = nL x ug/mL / 1000)."""
    return mul_div_half_up(volume_nl, conc_ug_ml, 1000)
