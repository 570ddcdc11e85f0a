"""What can be done around a virtual pump: its time, its buttons, its cable, its power, its water,
and what breaks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from host_tools.console.station import Station
from host_tools.console.worlds import SimWorld
from host_tools.faults import FAULTS, acts
from host_tools.link.errors import UNTOUCHED, PumpError

_SPEEDS = (0.1, 1_000_000.0)
_LONGEST_S = 86_400.0
_BUTTONS = ("patient", "service")


def _speed(station: Station, factor: float) -> Mapping[str, Any]:
    """Virtual seconds a real second; math.inf: as fast as it goes."""
    if factor != math.inf:
        _require(_SPEEDS[0] <= factor <= _SPEEDS[1], "factor", factor, f"from {_SPEEDS[0]} up")
    _world(station).pace.set_speed(float(factor))
    return {"speed": factor}


def _cut(station: Station, off_s: float = 1.0) -> Mapping[str, Any]:
    """The battery is out for so long; the pump boots afterwards."""
    _require(0 <= off_s <= _LONGEST_S, "off_s", off_s, "0 to a day")
    _world(station).act("cut", off_s * 1000)
    return {"off_s": off_s}


def _fault(station: Station, name: str) -> Mapping[str, Any]:
    """Break something of the bench, see host_tools.faults."""
    _break(station, name, True)
    return {"broken": name, "words": FAULTS[name].words}


def _mend(station: Station, name: str) -> Mapping[str, Any]:
    """Mend it; boots: the power was off meanwhile, and the pump must be told of fresh cells."""
    _break(station, name, False)
    return {"mended": name, "boots": FAULTS[name].boots}


def _break(station: Station, name: str, on: bool) -> None:
    _require(name in FAULTS, "name", name, f"one of {', '.join(FAULTS)}")
    world = _world(station)
    for verb, *facts in acts(name, on, world.pico.now_ns):
        world.act(verb, *facts)
    if on and FAULTS[name].lasts:
        world.broken.add(name)
    world.broken -= set() if on else {name}


def _unplug(station: Station) -> Mapping[str, Any]:
    """Pull the USB cable; the pump has its battery and goes on."""
    _world(station).pico.usb.disconnect()
    return {"plugged": False}


def _replug(station: Station) -> Mapping[str, Any]:
    """Put the cable in again; the console finds the pump by itself."""
    _world(station).pico.usb.connect()
    return {"plugged": True}


def _press(station: Station, button: str = "patient", s: float = 0.2) -> Mapping[str, Any]:
    """Hold a button down for a span of the pump's time."""
    _require(button in _BUTTONS, "button", button, " or ".join(_BUTTONS))
    _require(0 < s <= _LONGEST_S, "s", s, "above 0, to a day")
    _world(station).act("press", button, s * 1000)
    return {"button": button, "s": s}


def _pour(station: Station, nl: int) -> Mapping[str, Any]:
    """Empty the reservoir and pour so much water into it; a refill then tells the pump."""
    world = _world(station)
    full_nl = world.bench.facts.reservoir.filled_nl
    _require(0 <= nl <= full_nl, "nl", nl, f"at most {full_nl}")
    found_fl = world.bench.reservoir.drain()
    world.bench.reservoir.fill(nl)
    return {"found_nl": found_fl // 1_000_000, "nl": nl}


def _world(station: Station) -> SimWorld:
    assert isinstance(station.world, SimWorld)
    return station.world


def _require(holds: bool, name: str, value: object, limit: str) -> None:
    if not holds:
        raise PumpError(
            f"{name} cannot be {value}",
            safe=UNTOUCHED,
            cause=f"allowed is {limit}",
            command=f"correct {name} and ask again",
        )


DEEDS: dict[str, Callable[..., Mapping[str, Any]]] = {
    "speed": _speed, "fault": _fault, "mend": _mend, "cut": _cut, "unplug": _unplug,
    "replug": _replug, "press": _press, "pour": _pour,
}  # fmt: skip
