"""Calibration by weighing, guided: runs, weights, fit, verdict, and a person's yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from host_tools import words
from host_tools.book.visits import Calibration, keep_calibration
from host_tools.cli import record, state, typed, worlds
from host_tools.cli.commands.care import Yes, watch_run
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import Problem
from host_tools.pumps import profiles_by_name
from host_tools.weigh import Run, Verdict, density_ug_ml, judge, runs_of
from picodose.therapy import calibration

Points = list[list[int]]
"""Weighings: rate in nL/h, steps, weighed ug."""

_KEPT = "The pump is stopped and keeps its old calibration."


def calibrate(
    desk: Desk,
    speeds: Annotated[
        str, typer.Option(help='such as "60 mL/h, 200 mL/h, 600 mL/h"; default: the pump\'s')
    ] = "",
    repeats: Annotated[int, typer.Option(min=3, max=8, help="runs at each speed")] = 3,
    amount: Annotated[str, typer.Option(help="of each run; default: the pump's")] = "",
    celsius: Annotated[float, typer.Option(min=5, max=40, help="the water's")] = 20.0,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on where one was broken off")
    ] = False,
    nominal: Annotated[
        bool, typer.Option("--nominal", help="weigh nothing; accept the profile's value")
    ] = False,
    typed_weights: Annotated[
        bool, typer.Option("--typed", help="type weights for a simulated pump too")
    ] = False,
    bench: Annotated[
        str, typer.Option("--scale", help="of a served bench: socket://127.0.0.1:4001")
    ] = "",
    yes: Yes = False,
) -> None:
    """Weigh runs at several speeds, show the fit, ask, and store it. Ctrl-C breaks it off.

    The pump must be stopped, its tube primed, the end over a cup on a scale. Each weight is the
    scale's display in grams, before and after a run; a simulated pump reads its own scale. The
    weighings are kept: after a break, --resume goes on with them.

    Example: picodose calibrate --celsius 21
    """
    rates = [typed.rate_nl_h(one.strip()) for one in speeds.split(",")] if speeds else []
    amount_nl = typed.volume_nl(amount) if amount else 0
    with desk.pump() as pump:
        if nominal:
            _nominal(desk, pump, yes)
            return
        desk.ask("Is the tube primed, its end over the cup, connected to nobody?", yes)
        scale = Scale(pump, typed_weights, celsius, bench)
        points = _points(pump) if resume else []
        for run in _runs(pump, points, rates, repeats, amount_nl):
            points.append(_weighed(desk, pump, scale, run))
            _keep(pump, points)
        _store(desk, pump, points, scale.density_ug_ml, yes)


class Scale:
    """The bench scale: a person's typing, or the one of a simulated bench."""

    def __init__(self, pump: Pump, by_hand: bool, celsius: float, served: str) -> None:
        self._read_mg: Callable[[], float] | None = None
        self.density_ug_ml = density_ug_ml(celsius)
        if served:
            from host_tools.cli.served import ServedBench

            at, name = ServedBench(served), pump.world.name
            self._read_mg = lambda: at.scale_mg(name)
            self.density_ug_ml = _ug_ml(at.do("scale")["density_mg_ul"])
        elif isinstance(pump.world, worlds.Simulated) and not by_hand:
            bench = pump.world.story.bench
            self._read_mg = bench.scale_mg
            self.density_ug_ml = _ug_ml(bench.facts.scale.density_mg_per_ul)

    def read_ug(self, when: str) -> int:
        """The display now; raises Problem where a person breaks off."""
        if self._read_mg is not None:
            return round(self._read_mg() * 1000)
        while True:
            try:
                return round(float(input(f"scale {when} (g): ")) * 1_000_000)
            except (ValueError, OverflowError):
                print("a number of grams, such as 12.345")
            except (EOFError, KeyboardInterrupt):
                raise _broken_off() from None


def _ug_ml(density_mg_ul: float) -> int:
    return round(density_mg_ul * 1_000_000)


def _runs(pump: Pump, points: Points, rates: list[int], repeats: int, amount_nl: int) -> list[Run]:
    """The runs that are left: those of the pump's profile, or those that were asked for."""
    profile = profiles_by_name()[pump.hello["profile"]]
    usual = runs_of(profile)
    amount_nl = amount_nl or usual[0].amount_nl
    rates = rates or sorted({run.rate_nl_h for run in usual})
    done = [point[0] for point in points]
    return [Run(one, amount_nl) for one in rates for _ in range(repeats - done.count(one))]


def _weighed(desk: Desk, pump: Pump, scale: Scale, run: Run) -> list[int]:
    """Make one run and weigh it; only steps that were confirmed count, not those that were
    ordered and missed.
    """
    before_ug, before = scale.read_ug("before"), _confirmed(pump)
    asked = {"amount_nl": run.amount_nl, "rate_nl_h": run.rate_nl_h}
    reply = pump.client.request("calibrate_run", **asked)
    watch_run(desk, pump, f"run at {words.rate(run.rate_nl_h)}", int(reply["duration_ms"]))
    steps = _confirmed(pump) - before
    weighed_ug = scale.read_ug("after") - before_ug
    desk.say(f"{words.rate(run.rate_nl_h)}: {steps} steps, {weighed_ug / 1_000_000:.4f} g")
    return [run.rate_nl_h, steps, weighed_ug]


def _confirmed(pump: Pump) -> int:
    return int(pump.client.request("status", page=0)["confirmed_steps"])


def _store(desk: Desk, pump: Pump, points: Points, density: int, yes: bool) -> None:
    """Judge, let the pump compute the fit, ask, commit, keep."""
    wall_s, name = pump.world.wall_s(), pump.hello["profile"]
    verdict = judge(points, density, profiles_by_name()[name], wall_s)
    desk.say(_table(verdict), *verdict.words)
    if not verdict.good:
        raise _not_good(verdict)
    fields = {"pump": name, "wall_s": wall_s, "density_ug_ml": density, "points": points}
    summary = pump.client.stage(calibration.encode(fields), "calibration")
    old, new = (summary[f"{age}_nl"] / summary[f"{age}_steps"] for age in ("old", "new"))
    change = round((new / old - 1) * 100, 3)
    desk.ask(f"Store {new:.4f} nL a step, before {old:.4f} ({change:+g} %)?", yes)
    pump.client.commit(summary["digest"], summary["needs"])
    with record.opened(pump) as (book, known):
        rows = tuple(tuple(point) for point in points)
        fit = (int(summary["new_nl"]), int(summary["new_steps"]), int(summary["worst_ppm"]))
        keep_calibration(book, known, Calibration(wall_s, density, rows, *fit))
    _file(pump).unlink(missing_ok=True)
    told = {"old_nl_per_step": old, "new_nl_per_step": new, "change_percent": change}
    told |= {"points": points, "verdict": verdict.as_dict()}
    desk.result(told, "Stored; every dose from now on is counted by it.")


def _table(verdict: Verdict) -> Any:
    from rich.table import Table

    table = Table(title="weighings", title_justify="left")
    for head in ("rate", "steps", "weighed", "off the fit"):
        table.add_column(head, justify="right")
    for row in verdict.residuals:
        weighed = f"{row.weighed_ug / 1_000_000:.4f} g"
        off = f"{row.off_percent:+.2f} %"
        table.add_row(words.rate(row.rate_nl_h), str(row.steps), weighed, off)
    return table


def _nominal(desk: Desk, pump: Pump, yes: bool) -> None:
    desk.ask("Dose by the profile's nominal value, though nobody has weighed this pump?", yes)
    summary = pump.client.accept_nominal()
    told = {"new_nl_per_step": summary["new_nl"] / summary["new_steps"], "nominal": True}
    desk.result(told, "The nominal value counts; the status says so.")


def _file(pump: Pump) -> Path:
    """Where the weighings of a calibration that is under way are kept."""
    if pump.world.book is not None:
        return pump.world.book.with_suffix(".weighed")
    return state.folder() / f"{pump.client.serial or 'pump'}.weighed"


def _points(pump: Pump) -> Points:
    try:
        found: Points = json.loads(_file(pump).read_text())
        return found
    except (OSError, ValueError):
        return []


def _keep(pump: Pump, points: Points) -> None:
    _file(pump).parent.mkdir(parents=True, exist_ok=True)
    _file(pump).write_text(json.dumps(points))


def _not_good(verdict: Verdict) -> Problem:
    return Problem(
        "refused",
        f"these weighings make no calibration: {verdict.words[0]}",
        safe=_KEPT,
        cause="a drop, air, another amount or another tube; the weighings are kept",
        next_line="picodose calibrate",
    )


def _broken_off() -> Problem:
    return Problem(
        "no",
        "the calibration was broken off",
        safe=_KEPT,
        cause="that was your decision; the weighings so far are kept",
        next_line="picodose calibrate --resume",
    )
