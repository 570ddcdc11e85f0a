"""From a prescription file to a committed prescription, with a person's yes in between."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from host_tools.cli import programs, side_by_side
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import Problem
from host_tools.link.client import Reply
from host_tools.link.errors import LinkLostError, NoAnswerError, PumpError
from host_tools.rx import compare
from host_tools.rx.read import Plan, limits_of, read_plan

_OLD_RUNS = "The old prescription stays in force; nothing was changed."


Override = Annotated[str, typer.Option(help="names with commas between, as asked for")]
Yes = Annotated[bool, typer.Option("--yes", help="commit without a question")]


def program(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="a prescription, see docs/PRESCRIPTIONS.md")],
    check: Annotated[bool, typer.Option("--check", help="check the file; ask no pump")] = False,
    override: Override = "",
    yes: Yes = False,
) -> None:
    """Check a prescription file, show it beside the present one, ask, and commit.

    Example: picodose program host_tools/examples/day_night.toml
    """
    desk.line = f"picodose program {file}"
    if check:
        _tell_plan(desk, _plan(file, "active"))
        return
    with desk.pump() as pump:
        told = put_in_force(desk, pump, read_for(pump, file), override, yes)
        desk.result(told, f"Committed. {_then(pump)}")


def read_for(pump: Pump, file: Path) -> Plan:
    """Read a file by the limits of this pump; raises Problem or BadPlanError."""
    return _plan(file, programs.profile_of(pump))


def put_in_force(desk: Desk, pump: Pump, plan: Plan, override: str, yes: bool) -> dict[str, Any]:
    """Stage, show side by side, ask, commit, remember; returns all of it for --json."""
    summary = _staged(pump, plan)
    present = _show(desk, pump, plan, summary)
    named = _agreed(desk, summary, override, yes)
    _commit(pump, summary, named)
    programs.keep(plan)
    return {"summary": _of_pump(summary), "override": named, "present": present}


def _plan(file: Path, profile: str) -> Plan:
    try:
        return read_plan(file, limits_of(profile))
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(
            "file",
            f"{file} cannot be read ({error})",
            safe="Nothing was sent; the pump goes on with what it was doing.",
            cause="another name, or no text file",
            next_line="picodose program host_tools/examples/day_night.toml --check",
        ) from error


def _tell_plan(desk: Desk, plan: Plan) -> None:
    from host_tools.rx.show import limits_table, table

    data = {"title": plan.title, "raw": plan.raw.decode(), **compare.numbers(plan)}
    desk.result(data, table(plan), limits_table(plan))


def _staged(pump: Pump, plan: Plan) -> Reply:
    """The summary that the pump has computed; a link that dies here changes nothing."""
    try:
        return pump.client.stage(plan.raw)
    except (NoAnswerError, LinkLostError) as error:
        error.safe = _OLD_RUNS
        raise


def _show(desk: Desk, pump: Pump, plan: Plan, summary: Reply) -> dict[str, Any]:
    """Print both side by side; returns what is known of the present one."""
    status = pump.client.status()
    present = programs.find(status["digest"], programs.limits_for(pump))
    top_nl_h = side_by_side.highest(present, plan)
    desk.say(
        side_by_side.table(status, present, summary),
        *side_by_side.days("present", present, top_nl_h),
        *side_by_side.days("new", plan, top_nl_h),
        *compare.warnings(summary),
    )
    return compare.numbers(present)


def _agreed(desk: Desk, summary: Reply, override: str, yes: bool) -> str:
    """The overrides that a person has named, or agreed to at the question; raises Problem."""
    needs = str(summary["needs"])
    if override and override != needs:
        raise _overrides(desk, f"the pump asks for the overrides {needs or 'none'}", needs)
    if yes and needs and not override:
        raise _overrides(desk, f"--yes does not stand for the override {needs}", needs)
    said = f" with the override {needs}" if needs else ""
    desk.ask(f"Commit this prescription{said}?", yes, f" --override {needs}" * bool(needs))
    return needs


def _overrides(desk: Desk, what: str, needs: str) -> Problem:
    named = f" --override {needs}" if needs else ""
    return Problem(
        "usage",
        what,
        safe=_OLD_RUNS,
        cause="each override is named by the person who takes the responsibility for it",
        next_line=f"{desk.line}{named} --yes",
    )


def _commit(pump: Pump, summary: Reply, named: str) -> None:
    try:
        pump.client.commit(summary["digest"], named)
    except (NoAnswerError, LinkLostError) as error:
        raise _uncertain(error, int(summary["digest"])) from error


def _uncertain(error: PumpError, digest: int) -> Problem:
    return Problem(
        "not safe",
        error.what,
        safe=f"Either prescription is in force, whole: the new one has the digest {digest:08x}.",
        cause=error.cause,
        next_line="picodose status",
    )


def _then(pump: Pump) -> str:
    """What a person does next."""
    status = pump.client.status()
    if status["wall_s"] < 0 and status["mode"] in ("day", "week"):
        return "The pump does not know the time of day. Next: picodose clock --set"
    return "It runs from now on." if status["state"] == "running" else "Next: picodose start"


def _of_pump(summary: Reply) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if key not in ("id", "ok")}
