"""The present prescription and the new one beside each other, for a person to read."""

from __future__ import annotations

from typing import Any

from host_tools import words
from host_tools.link.client import Reply
from host_tools.rx.read import Plan

_BARS = " ▁▂▃▄▅▆▇█"
_COLUMNS = 48  # half an hour each
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


def table(status: Reply, present: Plan | None, summary: Reply) -> Any:
    """Present and new, row by row; the new column is what the pump itself has computed."""
    from rich.table import Table

    found = Table(title="present and new prescription", title_justify="left")
    for name in ("", "present", "new"):
        found.add_column(name, justify="left" if not name else "right")
    old = numbers(present)
    for name, key, say in _ROWS:
        before = say(old[key]) if old else _unknown(key, status, say)
        found.add_row(name, before, say(summary[key]))
    found.add_row("refill by", words.moment(status["refill_wall_s"]),
                  words.moment(summary["refill_wall_s"]))  # fmt: skip
    for name, text in _of_mass(summary):
        found.add_row(name, "", text)
    found.add_row("change", "", f"{summary['change_percent']:+d} %")
    return found


def _of_mass(summary: Reply) -> list[tuple[str, str]]:
    """What a concentration brings with it: the mass of a day, and the bridge to it."""
    rows = []
    if summary["total_24h_ng"]:
        rows.append(("mass per 24 h", f"{summary['total_24h_ng'] / 1000:.6g} µg"))
    if summary["bridge_nl_h"]:
        lasts = words.about(summary["bridge_s"] * 1000)
        rows.append(("bridge", f"up to {words.rate(summary['bridge_nl_h'])} for {lasts}"))
    return rows


def _unknown(key: str, status: Reply, say: Any) -> str:
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


def days(name: str, plan: Plan | None, top_nl_h: int) -> list[str]:
    """The basal rate over each of its days as a line of bars, a bolus marked below."""
    if plan is None:
        return []
    found = []
    for steps in plan.rx.patterns:
        bars = "".join(_bar(_rate_at(steps, column * 30), top_nl_h) for column in range(_COLUMNS))
        found.append(f"{name:8}|{bars}| up to {words.rate(top_nl_h)}")
        marks = {minute // 30 for minute, _, amount_nl, _ in steps if amount_nl}
        if marks:
            line = "".join("^" if column in marks else " " for column in range(_COLUMNS))
            found.append(f"{'bolus':8}|{line}|")
    hours = "".join(f"{hour} h".ljust(_COLUMNS // 4) for hour in (0, 6, 12, 18))
    return [*found, f"{'':8}|{hours}|"] if found else []


def highest(*plans: Plan | None) -> int:
    """The highest basal rate of all of them, at least 1."""
    rates = [step[1] for plan in plans if plan for steps in plan.rx.patterns for step in steps]
    return max(rates, default=1)


def _rate_at(steps: Any, minute: int) -> int:
    """The rate at a minute of the day; before the first step the last one's goes on."""
    begun = [step for step in steps if step[0] <= minute] or steps[-1:]
    return int(begun[-1][1])


def _bar(rate_nl_h: int, top_nl_h: int) -> str:
    return _BARS[-(-rate_nl_h * (len(_BARS) - 1) // top_nl_h)]


def warnings(summary: Reply) -> list[str]:
    """A sentence for each override that the commit must name."""
    names = [name for name in str(summary["needs"]).split(",") if name]
    return [f"Needs the override {name}: {_MEANINGS.get(name, _past(name))}." for name in names]


def _past(name: str) -> str:
    place, _, side = name.rpartition("_")
    where = {"basal": "the basal rate", "bolus": "a bolus", "total": "the total of 24 h"}
    if place in where:
        return f"{where[place]} is {'below' if side == 'low' else 'above'} the fluid's soft limit"
    return "more boluses a day than the fluid's soft limit"
