"""The present prescription beside a new one, as rows of words for any screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from host_tools import words
from host_tools.rx.read import Plan

Row = tuple[str, str, str]
"""Name, present, new."""

_MODES = {"none": "none", "min": "minimum rate", "const": "constant", "day": "day program"}
_MEANINGS = {
    "first": "the first program of this pump, or of this fluid",
    "change": "more than 30 % away from what ran",
    "convert": "ends a trial: this becomes the permanent prescription",
    "nominal": "nobody has weighed this pump",
}


def numbers(plan: Plan | None) -> dict[str, Any]:
    """What is compared, of one plan; empty for one that this host does not know."""
    if plan is None:
        return {}
    rx = plan.rx
    return {
        "mode": rx.mode,
        "total_24h_nl": rx.allowed_24h_nl(),
        "boluses": rx.boluses_per_day() + rx.patient_per_day(),
        "rate_max_nl_h": rx.rate_max_nl_h(),
        "digest": rx.digest,
    }


def rows(status: Mapping[str, Any], present: Plan | None, summary: Mapping[str, Any]) -> list[Row]:
    """Row by row; present: None where this host does not know it. The new column is what the pump
    itself has computed.
    """
    old = numbers(present)
    found = [
        (name, say(old[key]) if old else _unknown(key, status, say), say(summary[key]))
        for name, key, say in _ROWS
    ]
    refill = (words.moment(status["refill_wall_s"]), words.moment(summary["refill_wall_s"]))
    found.append(("refill by", *refill))
    found += [(name, "", text) for name, text in _of_mass(summary)]
    change = "" if status["mode"] == "none" else f"{summary['change_percent']:+d} %"
    return [*found, ("change", "", change)]


def _of_mass(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a concentration brings with it: the mass of a day, and the bridge to it."""
    rows = []
    if summary["total_24h_ng"]:
        rows.append(("mass per 24 h", f"{summary['total_24h_ng'] / 1000:.6g} µg"))
    if summary["bridge_nl_h"]:
        lasts = words.about(summary["bridge_s"] * 1000)
        rows.append(("bridge", f"up to {words.rate(summary['bridge_nl_h'])} for {lasts}"))
    return rows


def _unknown(key: str, status: Mapping[str, Any], say: Any) -> str:
    if status["mode"] == "none":
        return "none"
    return str(say(status[key])) if key in ("mode", "digest") else "not sent by this host"


_ROWS: tuple[tuple[str, str, Any], ...] = (
    ("mode", "mode", lambda mode: _MODES.get(mode, mode)),
    ("total per 24 h", "total_24h_nl", words.volume),
    ("boluses a day", "boluses", str),
    ("highest rate", "rate_max_nl_h", words.rate),
    ("digest", "digest", lambda digest: f"{digest:08x}"),
)


def warnings(summary: Mapping[str, Any]) -> list[str]:
    """A sentence for each override that the commit must name."""
    names = [name for name in str(summary["needs"]).split(",") if name]
    return [f"Needs the override {name}: {_MEANINGS.get(name, _past(name))}." for name in names]


def _past(name: str) -> str:
    place, _, side = name.rpartition("_")
    where = {"basal": "the basal rate", "bolus": "a bolus", "total": "the total of 24 h"}
    if place in where:
        return f"{where[place]} is {'below' if side == 'low' else 'above'} the fluid's soft limit"
    return "more boluses a day than the fluid's soft limit"
