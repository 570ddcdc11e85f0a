"""Looking at a pump changes nothing."""

from __future__ import annotations

from typing import Any

from host_tools import words
from host_tools.alarms import ALARMS
from host_tools.cli import record
from host_tools.cli.desk import Desk, Pump
from host_tools.link.client import Reply
from host_tools.link.clock import clock_offset


def status(desk: Desk) -> None:
    """Show what the pump does, holds and delivered, read from it at this moment.

    Example: picodose status --port sim:
    """
    with desk.pump() as pump:
        found = pump.client.status()
        record.note_status(pump, found)
        told = whole(pump, found)
        desk.result(told, *lines(told))


def whole(pump: Pump, found: Reply) -> dict[str, Any]:
    """Status, identity, clock and world as one object."""
    offset = clock_offset(pump.world.wall_s(), found)
    told: dict[str, Any] = {"world": pump.world.name, "kind": pump.world.kind}
    told |= {key: value for key, value in pump.hello.items() if key not in ("id", "ok")}
    told |= found
    told |= {"clock_offset_s": offset.offset_s, "clock": offset.sentence}
    return told | {"alarms": active(found)}


def active(status: Reply) -> list[dict[str, Any]]:
    """The active alarms with their words, the highest first."""
    codes = [int(code) for code in str(status["active"]).split(",") if code]
    known = [ALARMS[code] for code in ALARMS if code in codes]
    return [
        {"code": one.code, "alarm": one.name, "priority": one.priority, "words": one.words}
        | {"ends": one.ends, "stops": one.stops}
        for one in known
    ]


def lines(told: dict[str, Any]) -> list[Any]:
    """The status as a person reads it."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for name, value in _rows(told):
        grid.add_row(name, value)
    alarms = [
        f"{one['priority'].upper()} {one['alarm']}: {one['words']}" for one in told["alarms"]
    ]
    return [_title(told), grid, *(alarms or ["No alarm."])]


def _title(told: dict[str, Any]) -> str:
    where = {"sim": "simulated, no hardware", "emu": "official firmware, emulated chip"}
    kind = where.get(told["kind"], "a board")
    bench = "; BENCH MODE: no key is needed" if told["bench"] and not told["keys"] else ""
    return f"{told['name']} {told['version']} {told['profile']} at {told['world']} ({kind}){bench}"


def _rows(told: dict[str, Any]) -> list[tuple[str, str]]:
    uncertain = f", {told['uncertain_steps']} steps uncertain" if told["uncertain_steps"] else ""
    rows = [
        ("state", str(told["state"])),
        ("program", f"{told['mode']}, digest {told['digest']:08x}"),
        ("rate", words.rate(told["rate_nl_h"])),
        ("delivered", f"{words.volume(told['delivered_nl'])} of this fill{uncertain}"),
        ("missed", words.volume(told["missed_nl"])),
        ("reservoir", words.volume(told["reservoir_nl"])),
        ("refill by", words.moment(told["refill_wall_s"])),
        ("battery", f"{told['battery_mv']} mV, about {told['time_left_h']} h left"),
        ("clock", f"{words.moment(told['wall_s'])}. {told['clock']}"),
        ("calibration", str(told["calibration"])),
        ("running", f"{words.about(told['running_ms'])}, boot {told['boot']}"),
    ]
    if told["bolus_nl"]:
        rows.insert(3, ("bolus", f"{words.volume(told['bolus_nl'])} still to give"))
    if told["trial_left_s"] >= 0:
        rows.append(("trial", f"ends in {words.about(told['trial_left_s'] * 1000)}"))
    if told["bridge_nl"]:
        rows.append(("bridge", f"{words.volume(told['bridge_nl'])} of the old fluid to go"))
    return rows
