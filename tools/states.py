"""`python -m tools.states`: draws the pump's state machine from its table, into docs/STATES.md."""

from __future__ import annotations

from pathlib import Path

import host_tools  # noqa: F401  # puts device/ on the path
from picodose import states

PAGE = Path(__file__).resolve().parent.parent / "docs" / "STATES.md"

HEAD = """# The states of the pump

Drawn by `python -m tools.states` from the one table in `device/picodose/states.py`; a test
compares the two. What has no arrow here cannot happen. STOP is accepted in every state. A
decommissioned pump boots into none of these.
"""


def arrows() -> str:
    """The state machine as a mermaid diagram; events with the same way share an arrow."""
    ways: dict[tuple[str, str], list[str]] = {}
    for (state, event), after in states.NEXT.items():
        ways.setdefault((states.NAMES[state], states.NAMES[after]), []).append(event)
    lines = [f"    {a} --> {b}: {', '.join(events)}" for (a, b), events in ways.items()]
    first = states.NAMES[states.STOPPED]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first}", *lines, "```"])


def requests() -> str:
    """Which request each state allows, and which wait for a running bolus or a bridge to end."""
    names: list[str] = []
    for allowed in states.ALLOWED.values():
        names += [name for name in allowed if name not in names]
    order = sorted(states.ALLOWED)
    head = ["request", *[states.NAMES[state] for state in order], "in a bolus", "in a bridge"]
    rows = [head, ["---"] * len(head)]
    for name in names:
        marks = ["yes" if name in states.ALLOWED[state] else "" for state in order]
        for closed in (states.NOT_DURING_BOLUS, states.NOT_DURING_BRIDGE):
            marks.append("" if name in closed else "yes")
        rows.append([name, *marks])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def page() -> str:
    """The whole page."""
    return f"{HEAD}\n{arrows()}\n\n## What each state allows\n\n{requests()}\n"


if __name__ == "__main__":
    PAGE.write_text(page())
