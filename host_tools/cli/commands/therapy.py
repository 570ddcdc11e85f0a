"""Start, stop, bolus: what acts at once on a programmed pump."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from host_tools import words
from host_tools.cli import typed
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import Problem
from host_tools.link.errors import NoAnswerError, RefusedError
from picodose import codes


def start(desk: Desk) -> None:
    """Start the prescription in force, from now; nothing is made up for the time stopped.

    Example: picodose start
    """
    with desk.pump() as pump:
        pump.client.request("start")
        told = state(pump)
        desk.result(told, f"Started: {told['state']} at {words.rate(told['rate_nl_h'])}.")


def stop(desk: Desk) -> None:
    """Stop the pump at once. Nothing is asked, no key is needed; a running bolus ends with it.

    Example: picodose stop
    """
    with desk.silent_pump() as pump:
        try:
            pump.client.stop()
            told = state(pump)
        except NoAnswerError as error:
            raise _not_stopped(error, desk) from error
        desk.result(told, f"Stopped; {words.volume(told['delivered_nl'])} delivered of this fill.")


def bolus(
    desk: Desk,
    amount: Annotated[str, typer.Argument(help='such as "4 uL"')] = "",
    over: Annotated[str, typer.Option(help='such as "10 min"')] = "",
    override: Annotated[
        str, typer.Option(help="name of the fluid's soft limit that it may pass")
    ] = "",
    patient: Annotated[
        bool, typer.Option("--patient", help="the patient's own, as it was prescribed")
    ] = False,
) -> None:
    """Give an extra amount over a time, on top of what runs, or from stopped.

    Example: picodose bolus "4 uL" --over "10 min"
    """
    if patient:
        _patient_bolus(desk)
        return
    if not amount or not over:
        raise typer.BadParameter('an amount and its time are needed: "4 uL" --over "10 min"')
    amount_nl, over_ms = typed.volume_nl(amount), typed.span_ms(over)
    desk.line = f'picodose bolus "{amount}" --over "{over}"'
    with desk.pump() as pump:
        try:
            pump.client.bolus(amount_nl, over_ms, override)
        except RefusedError as error:
            if error.code == codes.OVERRIDE:
                desk.line += f" --override {error.limit}"
            raise
        told = state(pump)
        desk.result(told, f"A bolus of {words.volume(amount_nl)} runs for {words.span(over_ms)}.")


def _patient_bolus(desk: Desk) -> None:
    with desk.pump() as pump:
        pump.client.patient_bolus()
        told = state(pump)
        desk.result(told, f"The patient's bolus runs: {words.volume(told['bolus_nl'])}.")


def cancel(desk: Desk) -> None:
    """End the running bolus alone; the basal rate goes on. What it has given stays counted.

    Example: picodose cancel
    """
    with desk.pump() as pump:
        pump.client.cancel()
        told = state(pump)
        desk.result(told, f"The bolus has ended; the pump is {told['state']}.")


def state(pump: Pump) -> dict[str, Any]:
    """The therapy page of the status, after something was done."""
    found = pump.client.request("status", page=0)
    return {key: value for key, value in found.items() if key not in ("id", "ok")}


def _not_stopped(error: NoAnswerError, desk: Desk) -> Problem:
    return Problem(
        "not safe",
        error.what,
        safe="NOT KNOWN. It may still be running: switch its power off.",
        cause=error.cause,
        next_line=desk.line,
    )
