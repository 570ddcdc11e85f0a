"""Carries out one command: its desk, and what becomes of an error."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from host_tools.cli import problems, remedies
from host_tools.cli.app import COMMANDS
from host_tools.cli.desk import NOTHING_SENT, Desk
from host_tools.cli.output import Output
from host_tools.link.errors import PumpError


def carry_out(
    run: Callable[..., None], name: str, port: str, as_json: bool, given: dict[str, Any]
) -> None:
    """Run a command's function; raises typer.Exit with the exit code of the error's family."""
    desk = Desk(port, as_json, f"picodose {name}")
    try:
        run(desk, **given)
    except PumpError as error:
        _tell(desk, error, given)
    except KeyboardInterrupt:
        _tell(desk, _broken_off(), given)
    except (typer.Exit, typer.TyperException):
        raise
    except Exception as fault:
        traceback.print_exc()
        _tell(desk, _fault(fault), given)


def tell_usage(error: typer.TyperException, words: list[str]) -> int:
    """Tell what is wrong with a command line; returns its exit code."""
    names = [name for panel in COMMANDS.values() for name in panel]
    called = next((word for word in words if word in names), "")
    problem = problems.Problem(
        "usage",
        error.format_message(),
        safe=NOTHING_SENT,
        cause="another spelling, or something left out",
        next_line=f"picodose {called} --help".replace("  ", " "),
    )
    line = problem.command
    out = Output("--json" in words)
    out.problem(problems.as_data(problem, line), problems.as_text(problem, line))
    return problems.exit_code("usage")


def _broken_off() -> problems.Problem:
    """Ctrl-C, where a command has no better words for it."""
    return problems.Problem(
        "no",
        "broken off by Ctrl-C",
        safe="The pump goes on with what it was doing; what was asked last may have been done.",
        cause="that was your decision",
        next_line="picodose status",
    )


def _fault(fault: Exception) -> problems.Problem:
    """A mistake of ours, as an error to tell."""
    return problems.Problem(
        "fault",
        f"picodose itself made a mistake: {type(fault).__name__}: {fault}",
        safe="The pump goes on by itself; picodose stop needs nothing of what failed.",
        cause="told by the lines above it; please keep them",
        next_line="picodose doctor",
    )


def _tell(desk: Desk, error: PumpError, given: dict[str, Any]) -> None:
    files = [str(value) for value in given.values() if isinstance(value, Path)]
    line = remedies.next_line(error, desk.line, files[0] if files else "FILE", desk.port)
    error.cause = ". ".join(part for part in (error.cause, remedies.by_hand(error)) if part)
    desk.out.problem(problems.as_data(error, line), problems.as_text(error, line))
    raise typer.Exit(problems.exit_code(problems.family_of(error)))
