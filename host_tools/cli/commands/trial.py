"""A trial: a prescription that ends by itself, its scores, and what becomes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from host_tools import words
from host_tools.book import pull
from host_tools.book.entries import Entry
from host_tools.book.export import local_time
from host_tools.book.visits import TrialStep, keep_trial
from host_tools.cli import programs, record
from host_tools.cli.commands.program import Override, Yes, put_in_force, read_for
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import Problem
from host_tools.rx.read import Plan
from picodose.therapy import prescription


def start(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="a prescription with a [trial] part")],
    override: Override = "",
    yes: Yes = False,
) -> None:
    """Program a prescription with an end, and start it.

    Example: picodose trial start host_tools/examples/trial.toml
    """
    desk.line = f"picodose trial start {file}"
    with desk.pump() as pump:
        plan = read_for(pump, file)
        if plan.rx.trial is None:
            raise _no_trial(f"{file} has no [trial]: it would never end")
        told = put_in_force(desk, pump, plan, override, yes)
        pump.client.request("start")
        _note(pump, "start", plan.title)
        desk.result(told, f"The trial runs. It ends after {plan.rx.trial[0]} days at the latest.")


def score(
    desk: Desk,
    points: Annotated[int, typer.Argument(min=0, max=10, help="0 to 10")],
    text: Annotated[str, typer.Argument(help="at most 48 letters")] = "",
) -> None:
    """Store an evaluation of the trial in the pump.

    Example: picodose trial score 7 "walks without a break"
    """
    with desk.pump() as pump:
        pump.client.score(points, text)
        _note(pump, "score", f"{points} {text}".strip())
        desk.result({"score": points, "text": text}, f"Score {points} is in the pump's journal.")


def report(desk: Desk) -> None:
    """Tell how the trial went: its scores from the pump's own journal, what is left of it.

    Example: picodose trial report
    """
    with desk.pump() as pump:
        page = pump.client.request("status", page=0)
        with record.opened(pump) as (book, known):
            pull(book, known, pump.client)
            scores = scores_of(book.entries(known, 0))
        left_s = int(page["trial_left_s"])
        told = {"scores": scores, "trial_left_s": left_s, "state": page["state"]}
        told["delivered_nl"] = page["delivered_nl"]
        left = f"{words.about(left_s * 1000)} left" if left_s > 0 else "over, or not begun"
        lines = [f"{one['time'] or '?':20}{one['score']:>3}  {one['text']}" for one in scores]
        desk.result(told, f"Trial: {left}; {len(scores)} scores.", *lines)


def convert(desk: Desk, override: Override = "", yes: Yes = False) -> None:
    """Make the trial's prescription the permanent one: the same, without its end.

    Example: picodose trial convert --override convert --yes
    """
    desk.line = "picodose trial convert"
    with desk.pump() as pump:
        plan = _without_end(pump)
        told = put_in_force(desk, pump, plan, override, yes)
        _note(pump, "convert", plan.title)
        desk.result(told, "The prescription is permanent.")


def scores_of(entries: list[Entry]) -> list[dict[str, Any]]:
    """Every evaluation with its words, which stand in the entries before it."""
    found, text = [], ""
    for entry in entries:
        if entry.kind == "EV_TEXT":
            text += entry.words().removeprefix("text: ")
        elif entry.kind == "EV_SCORE":
            row = {"time": local_time(entry.wall_s), "score": entry.a, "text": text}
            found.append(row)
            text = ""
    return found


def _without_end(pump: Pump) -> Plan:
    digest = int(pump.client.request("status", page=0)["digest"])
    limits = programs.limits_for(pump)
    present = programs.find(digest, limits)
    if present is None or present.rx.trial is None:
        raise _no_trial("the prescription in force is no trial that this host has programmed")
    fields = json.loads(present.raw)
    del fields["trial"]
    raw = prescription.encode(fields)
    return Plan("permanent", raw, prescription.parse(raw, limits))


def _no_trial(what: str) -> Problem:
    return Problem(
        "usage",
        what,
        safe="Nothing was changed; the pump goes on with what it was doing.",
        cause="another prescription than was meant",
        next_line="picodose program host_tools/examples/trial.toml --check",
    )


def _note(pump: Pump, what: str, note: str) -> None:
    with record.opened(pump) as (book, known):
        keep_trial(book, known, TrialStep(pump.world.wall_s(), what, note))


FAMILY = {"start": start, "score": score, "report": report, "convert": convert}
