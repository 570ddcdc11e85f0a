"""What ran before the prescription in force: the measure of a change (LIM-3).

A row: (highest basal nL/h, total of 24 h in nL, ug/mL, running second until which it ran), newest
first. Only rows of the last 24 h of running time count; when there are too many the oldest goes,
which can make a rise look larger than it is, never smaller.
"""

import struct

from micropython import const

ROWS = const(4)
NEVER_S = 0xFFFFFFFF
_ROW = "<IIII"
_ROW_BYTES = const(16)
_DAY_S = const(86_400)


def pack(rows: tuple) -> bytes:
    """Encode for the settings: always room for ROWS, empty ones are all zero."""
    raw = b"".join([struct.pack(_ROW, *row) for row in rows])
    return raw + bytes(ROWS * _ROW_BYTES - len(raw))


def unpack(raw: bytes) -> tuple:
    """Decode what pack() gave; empty rows are left out."""
    rows = [
        struct.unpack(_ROW, raw[at : at + _ROW_BYTES]) for at in range(0, len(raw), _ROW_BYTES)
    ]
    return tuple([row for row in rows if row[0]])


def extended(rows: tuple, rx, ran_s: int, now_s: int) -> tuple:
    """The rows that still count, with the prescription in force, which ran last at ran_s, before
    them.
    """
    counting = [row for row in rows if row[3] + _DAY_S >= now_s]
    if rx and ran_s != NEVER_S and ran_s + _DAY_S >= now_s:
        row = (rx.basal_max_nl_h(), rx.allowed_24h_nl(), rx.conc_ug_ml, ran_s)
        counting = [row] + counting
    return tuple(counting[:ROWS])


def reference(rows: tuple, rx) -> "tuple | None":
    """(highest nL/h, total nL, ug/mL, fluid) that a new prescription is compared with: the highest
    of the rows, or of rx, the last committed one, when nothing ran; None before the first program.

    Rows of another concentration count by their mass.
    """
    if rx is None:
        return None
    if not rows:
        return rx.basal_max_nl_h(), rx.allowed_24h_nl(), rx.conc_ug_ml, rx.fluid
    conc = rx.conc_ug_ml
    return (
        max([_alike(r[0], r[2], conc) for r in rows]),
        max([_alike(r[1], r[2], conc) for r in rows]),
        conc,
        rx.fluid,
    )


def _alike(volume_nl: int, conc_ug_ml: int, as_conc_ug_ml: int) -> int:
    """The volume at another concentration that carries the same mass, at least 1."""
    if conc_ug_ml and as_conc_ug_ml:
        volume_nl = volume_nl * conc_ug_ml // as_conc_ug_ml
    return max(volume_nl, 1)
