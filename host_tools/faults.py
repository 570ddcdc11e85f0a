"""What can be broken of a simulated pump's bench, and mended again: one table for all tools.

A deed is a list of acts, see host_tools.simulated.act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

Act = list[Any]
Deed = Callable[[int], list[Act]]

CELLS_OUT_MS = 2_000
"""How long the power is off while fresh cells are fitted."""
_AIR_NL = 20_000
_FLAT_PART = 0.97
"""Of the charge: below what every battery profile calls the end of its service."""


@dataclass(frozen=True)
class Fault:
    """words: what happens on the bench; lasts: it is there until it is mended; boots: mending it
    switches the pump off and on.
    """

    name: str
    words: str
    breaks: Deed
    mends: Deed
    lasts: bool = True
    boots: bool = False


def _acts(*acts: Act) -> Deed:
    return lambda _now_ns: [*acts]


def _flat(now_ns: int) -> list[Act]:
    return [["battery.use_up", _FLAT_PART, now_ns]]


def _fresh_cells(now_ns: int) -> list[Act]:
    return [["battery.replace", now_ns], ["cut", CELLS_OUT_MS]]


def _on_off(verb: str, on: Any, off: Any) -> tuple[Deed, Deed]:
    return _acts([verb, on]), _acts([verb, off])


_bent = partial(_on_off, on=True, off=False)
_off_lead = partial(_on_off, "battery.spoil", off=None)
_LIST = (
    Fault("kink", "the tube is kinked", *_bent("kink")),
    Fault("tear", "the catheter is torn off before its valve", *_bent("tear")),
    Fault("loosen", "the tube is off the pump's outlet", *_bent("loosen")),
    Fault("stall", "something holds the rotor", *_bent("stall")),
    Fault("leak", "half of the flow is lost at the tip", *_on_off("leak", 500_000, 0)),
    Fault("air", "20 µL of air come to the inlet", _acts(["air", _AIR_NL]), _acts(), lasts=False),
    Fault("battery", "the battery is flat", _flat, _fresh_cells, boots=True),
    Fault("lead", "the lead that measures the battery is off", *_off_lead(on="open")),
    Fault("short", "the pin that measures the battery is shorted", *_off_lead(on="short")),
    Fault("beeper", "the beeper makes no sound", *_bent("beeper.silence")),
)
FAULTS = {fault.name: fault for fault in _LIST}
"""By name, in the order in which they are shown."""


def acts(name: str, on: bool, now_ns: int) -> list[Act]:
    """What to do to break it (on), or to mend it; KeyError for an unknown one."""
    fault = FAULTS[name]
    return (fault.breaks if on else fault.mends)(now_ns)
