"""What a person reads at the end: the day hour by hour, the alarms, the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from host_tools.alarms import ALARMS
from host_tools.demo.claims import Claim
from host_tools.demo.evidence import Evidence
from host_tools.demo.figures import Figures, Row

_COLORS = {"high": "red", "medium": "yellow", "low": "cyan"}
_COLUMNS = ("programmed", "granted", "confirmed", "uncertain", "dispensed", "missed")


def report(figures: Figures, evidence: Evidence, claims: Sequence[Claim]) -> RenderableType:
    """All of it."""
    return Group(
        hours(figures, evidence), Text(_legend(figures, evidence)), Text(""),
        alarms(figures, evidence), Text(""), verdict(claims),
    )  # fmt: skip


def hours(figures: Figures, evidence: Evidence) -> Table:
    """A row between two readings of the status, and the total."""
    found = Table(title=f"{evidence.title}: volumes in nL", title_justify="left", box=None)
    found.add_column("from", no_wrap=True)
    for name in _COLUMNS:
        found.add_column(name, justify="right")
    for row in figures.rows:
        found.add_row(evidence.scenario.clock(row.start_s)[:5], *_cells(row))
    found.add_section()
    found.add_row("total", *_cells(figures.total), style="bold")
    return found


def alarms(figures: Figures, evidence: Evidence) -> Table:
    """Each alarm with its time, its end and its words."""
    found = Table(title="Alarms", title_justify="left", box=None)
    for name in ("raised", "priority", "alarm", "until", "", "what the pump tells a person"):
        found.add_column(name, no_wrap=name in ("raised", "until"))
    day_wall_s = evidence.scenario.wall_s(0)
    for alarm in figures.alarms:
        priority = ALARMS[alarm.code].priority
        end = alarm.end_wall_s
        until = "" if end is None else evidence.scenario.clock(end - day_wall_s)
        found.add_row(
            evidence.scenario.clock(alarm.start_wall_s - day_wall_s),
            Text(priority, style=_COLORS[priority]), ALARMS[alarm.code].name, until, alarm.how,
            ALARMS[alarm.code].words,
        )  # fmt: skip
    return found


def verdict(claims: Sequence[Claim]) -> Text:
    """Each claim, and where it does not hold."""
    wrong = [claim for claim in claims if not claim.holds]
    if not wrong:
        names = "; ".join(claim.name for claim in claims)
        return Text(f"{len(claims)} claims checked against the plant, all hold: {names}.")
    lines = [f"WRONG: {claim.name}\n  " + "\n  ".join(claim.wrong) for claim in wrong]
    return Text("\n".join(lines), style="bold red")


def _cells(row: Row) -> list[str]:
    volumes = {name: getattr(row, f"{name}_nl") for name in _COLUMNS}
    return [
        "" if name in ("uncertain", "missed") and not value else f"{value:.1f}"
        for name, value in volumes.items()
    ]


def _legend(figures: Figures, evidence: Evidence) -> str:
    clock, outage = evidence.scenario.clock, figures.outage
    text = (
        "programmed: from the file alone; granted, confirmed: the pump's status; "
        "dispensed: the plant"
    )
    if figures.total.missed_nl:
        text += (
            f"\nmissed: no power from {clock(float(outage.cut_s))}, dosing again "
            f"{clock(float(outage.resumed_s))}"
        )
        if evidence.order.mode in ("day", "week"):
            text += (
                f", at the fallback rate until the clock was set {clock(float(outage.known_s))}"
            )
        text += "; never made up"
    if figures.total.uncertain_nl:
        text += (
            "\nuncertain: reserved when the power failed; counts as confirmed, so that no cap and "
            "no reservoir\n           is ever passed, though the pump cannot know that it was "
            "moved."
        )
    return text
