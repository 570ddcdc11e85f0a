"""Alarms: see them, hear them, quiet them for a while, acknowledge them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from host_tools import words
from host_tools.alarms import ALARMS
from host_tools.cli import typed
from host_tools.cli.commands.look import active
from host_tools.cli.desk import Desk, Pump

_MOST_S = 600


def alarms(
    desk: Desk,
    every: Annotated[bool, typer.Option("--all", help="the whole table; asks no pump")] = False,
) -> None:
    """List the active alarms, the highest first: what each means and what ends it.

    Example: picodose alarms
    """
    if every:
        found = [vars(one) for one in ALARMS.values()]
        desk.result({"alarms": found}, _table(found))
        return
    with desk.pump() as pump:
        page = pump.client.request("status", page=1)
        found = active(page)
        told = {"alarms": found, "paused_s": page["paused_s"]}
        desk.result(told, _table(found) if found else "No alarm.")


def ack(
    desk: Desk,
    alarm: Annotated[str, typer.Argument(help="its code or name; without it, all")] = "",
) -> None:
    """Acknowledge alarms: a person has heard them. One whose cause is there goes on.

    Example: picodose ack
    """
    code = _code(alarm) if alarm else 0
    with desk.pump() as pump:
        heard = [code] if code else [one["code"] for one in _active(pump)]
        ended = [one for one in heard if pump.client.request("ack", code=one)["ended"]]
        left = _active(pump)
        told = {"acknowledged": heard, "ended": ended, "alarms": left}
        desk.result(told, f"{len(heard)} acknowledged, {len(ended)} ended.",
                    *([_table(left)] if left else []))  # fmt: skip


def pause_audio(
    desk: Desk,
    span: Annotated[str, typer.Argument(help='at most "10 min"; "0 s" ends it')] = "2 min",
) -> None:
    """Silence the alarms that are active; a new one sounds all the same.

    A pause asked by one command lasts at most 2 minutes, for nobody watches then.

    Example: picodose pause-audio "2 min"
    """
    span_s = 0 if span.split()[0] == "0" else typed.span_ms(span) // 1000
    if span_s > _MOST_S:
        raise typer.BadParameter("at most 10 min")
    with desk.pump() as pump:
        left_s = int(pump.client.request("audio_pause", span_s=span_s)["span_s"])
        desk.result({"paused_s": left_s}, f"Silent for {words.span(left_s * 1000)}.")


def sound_test(desk: Desk) -> None:
    """Play every sound of the pump once, in half a minute.

    Example: picodose sound-test
    """
    with desk.pump() as pump:
        pump.client.request("sound_test")
        desk.result({}, "Listen: high, medium, low alarm; confirmation, refusal, click.")


def _active(pump: Pump) -> list[dict[str, Any]]:
    return active(pump.client.request("status", page=1))


def _code(text: str) -> int:
    named = [one.code for one in ALARMS.values() if text in (str(one.code), one.name)]
    if not named:
        raise typer.BadParameter(f'no alarm "{text}"; picodose alarms --all lists them')
    return named[0]


def _table(found: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table()
    for head in ("code", "alarm", "priority", "pump", "what it means", "ends when"):
        table.add_column(head)
    for one in found:
        name = str(one.get("alarm") or one.get("name"))
        pump = "stops" if one["stops"] else "goes on"
        table.add_row(str(one["code"]), name, one["priority"], pump, one["words"], one["ends"])
    return table
