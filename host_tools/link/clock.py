"""Compares the pump's wall clock with the host's (CLK-1). Only a command ever sets a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHOWN_ABOVE_S = 300
_UNKNOWN = -1  # what status says while the pump does not know the time


@dataclass(frozen=True)
class ClockOffset:
    """offset_s: the pump's clock minus the host's, None while the pump does not know the time."""

    offset_s: int | None
    must_show: bool
    sentence: str


def clock_offset(host_wall_s: int, status: Mapping[str, Any]) -> ClockOffset:
    """How far the pump's wall clock is off, and whether a person must be told.

    host_wall_s: whole seconds since 2000-01-01 00:00 bench local time, as in the `clock` request;
    status: what LinkClient.status() returned at that instant. It must be shown when it is more
    than 300 s off either way, and when the pump does not know the time at all.
    """
    wall_s: int = status["wall_s"]
    if wall_s == _UNKNOWN:
        return ClockOffset(None, True, "The pump does not know the time of day: set its clock.")
    offset_s = wall_s - host_wall_s
    return ClockOffset(offset_s, abs(offset_s) > SHOWN_ABOVE_S, _sentence(offset_s))


def _sentence(offset_s: int) -> str:
    if offset_s == 0:
        return "The pump's clock agrees with this host's."
    minutes, seconds = divmod(abs(offset_s), 60)
    side = "ahead of" if offset_s > 0 else "behind"
    text = f"The pump's clock is {minutes} min {seconds} s {side} this host's"
    if abs(offset_s) > SHOWN_ABOVE_S:
        return f"{text}: find out which one is right, and set the pump's clock if it is wrong."
    return f"{text}."
