"""The present prescription and the new one beside each other, for a person to read."""

from __future__ import annotations

from typing import Any

from host_tools import words
from host_tools.link.client import Reply
from host_tools.rx import compare
from host_tools.rx.read import Plan

_BARS = " ▁▂▃▄▅▆▇█"
_COLUMNS = 48  # half an hour each


def table(status: Reply, present: Plan | None, summary: Reply) -> Any:
    """Present and new, row by row; the new column is what the pump itself has computed."""
    from rich.table import Table

    found = Table(title="present and new prescription", title_justify="left")
    for name in ("", "present", "new"):
        found.add_column(name, justify="left" if not name else "right")
    for row in compare.rows(status, present, summary):
        found.add_row(*row)
    return found


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
