"""Alarms as a host tells them to a person, from the device's own table (ALM-1)."""

from __future__ import annotations

from dataclasses import dataclass

from picodose import codes
from picodose.safety import alarm_table

_PRIORITIES = {3: "high", 2: "medium", 1: "low"}
_ENDS = {
    alarm_table.CAUSE: "the cause is gone",
    alarm_table.ACK: "it is acknowledged",
    alarm_table.POWER: "a power-on self-test passes",
}


@dataclass(frozen=True)
class Alarm:
    """One row. `name`: as a person says it; `ends`: what ends it; `words`: for the person."""

    code: int
    name: str
    priority: str
    stops: bool
    latched: bool
    ends: str
    words: str


def _alarm(row: tuple[int, int, int, bool, int, str]) -> Alarm:
    code, priority, action, latched, clears, words = row
    name = codes.name_of(code).removeprefix("AL_").replace("_", " ").lower()
    ends = _ENDS[clears]
    if latched and clears != alarm_table.ACK:
        ends += " and it is acknowledged"
    stops = action == alarm_table.STOP
    return Alarm(code, name, _PRIORITIES[priority], stops, latched, ends, words)


ALARMS = {row[0]: _alarm(row) for row in alarm_table.ROWS}
"""Every alarm by its code, in the table's order: high ones first."""


def markdown() -> str:
    """The table of the README."""
    lines = ["| code | alarm | priority and tone | pump | ends when | what it tells a person |"]
    lines.append("|---|---|---|---|---|---|")
    for alarm in ALARMS.values():
        pump = "stops" if alarm.stops else "goes on"
        cells = (alarm.code, alarm.name, alarm.priority, pump, alarm.ends, alarm.words)
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)
