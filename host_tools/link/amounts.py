"""The numbers of a refusal as a person reads them: 4 mL, where the pump says 4000000."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from host_tools import words
from host_tools.alarms import ALARMS
from picodose import codes, states


def _seconds(span_s: int) -> str:
    return words.span(1000 * span_s)


_BY_CODE: dict[int, Callable[[int], str]] = {
    codes.RX_RATE_LOW: words.rate,
    codes.RX_RATE_HIGH: words.rate,
    codes.RX_BOLUS_AMOUNT: words.volume,
    codes.RX_BOLUS_TIME: words.span,
    codes.RX_BOLUS_RATE: words.rate,
    codes.RX_BOLUS_OVERLAP: words.span,
    codes.RX_INTERVAL: words.span,
    codes.RX_CAP: words.volume,
    codes.CAP_ROOM: "{} steps".format,
}
"""Refusals whose field is a part of a prescription ("bolus"), and not a number with its unit."""

_BY_ENDING: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("_nl_h", words.rate),
    ("_nl", words.volume),
    ("_ms", words.span),
    ("_wall_s", words.moment),
    ("_s", _seconds),
    ("_mv", "{} mV".format),
    ("_ug_ml", "{} µg/mL".format),
)


def bound(code: int, field: str, value: Any, limit: object) -> str:
    """What was asked and the bound that it broke: "rate 2 mL/h, limit 1 mL/h"."""
    if value is None:
        return field
    if field == "state" and value in range(len(states.NAMES)):
        return f"the pump is in state {states.NAMES[value]}"
    if field == "alarm" and value in ALARMS:
        return f"alarm {ALARMS[value].name} is active"
    ended = "" if limit is None else f", limit {_said(code, field, limit)}"
    return f"{_bare(field)} {_said(code, field, value)}{ended}"


def _said(code: int, field: str, value: object) -> str:
    """With its unit, by the refusal's code, else by the ending of the field's name."""
    if isinstance(value, int):
        if code in _BY_CODE:
            return _BY_CODE[code](value)
        for ending, said in _BY_ENDING:
            if field.endswith(ending):
                return said(value)
    return str(value)


def _bare(field: str) -> str:
    """The field's name without its unit, which stands at the value."""
    for ending, _ in _BY_ENDING:
        field = field.removesuffix(ending)
    return field
