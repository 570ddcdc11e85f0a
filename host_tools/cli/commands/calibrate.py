"""Calibration by weighing, guided: runs, weights, fit, verdict, and a person's yes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from host_tools.book.visits import Calibration, keep_calibration
from host_tools.cli import record, typed, words, worlds
from host_tools.cli.commands.care import Yes, watch_run
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import Problem
from host_tools.link.client import Reply
from picodose.therapy import calibration

SPEEDS = "60 mL/h, 200 mL/h, 600 mL/h"
WATER_20C_UG_ML = 997_108
"""What 1 mL of water of 20 degrees C weighs on a scale in air (docs/CALIBRATION.md)."""

_KEPT = "The pump is stopped and keeps its old calibration."


def calibrate(
    desk: Desk,
    speeds: Annotated[str, typer.Option(help="at least three")] = SPEEDS,
    repeats: Annotated[int, typer.Option(min=3, max=8, help="runs at each speed")] = 3,
    amount: Annotated[str, typer.Option(help="of each run")] = "400 uL",
    density: Annotated[int, typer.Option(help="ug/mL in air")] = WATER_20C_UG_ML,
    nominal: Annotated[
        bool, typer.Option("--nominal", help="weigh nothing; accept the profile's value")
    ] = False,
    typed_weights: Annotated[
        bool, typer.Option("--typed", help="type weights at a simulated scale too")
    ] = False,
    yes: Yes = False,
) -> None:
    """Weigh runs at several speeds, show the fit, ask, and store it. Ctrl-C breaks it off.

    The pump must be stopped, its tube primed, the end over a cup on a scale. Each weight is the
    scale's display in grams, before and after a run; a simulated pump reads its own scale.

    Example: picodose calibrate --amount "400 uL"
    """
    rates = [typed.rate_nl_h(one.strip()) for one in speeds.split(",")]
    amount_nl = typed.volume_nl(amount)
    with desk.pump() as pump:
        if nominal:
            _nominal(desk, pump, yes)
            return
        desk.ask("Is the tube primed, its end over the cup, connected to nobody?", yes)
        scale = Scale(pump, typed_weights, density)
        points = [
            _weighed(desk, pump, scale, rate_nl_h, amount_nl)
            for rate_nl_h in rates
            for _ in range(repeats)
        ]
        _store(desk, pump, points, scale.density_ug_ml, yes)


class Scale:
    """The bench scale: a person's typing, or the one of a simulated bench."""

    def __init__(self, pump: Pump, by_hand: bool, density_ug_ml: int) -> None:
        world = pump.world
        self._bench: Any = None
        self.density_ug_ml = density_ug_ml
        if isinstance(world, worlds.Simulated) and not by_hand:
            self._bench = world.story.bench
            self.density_ug_ml = round(self._bench.facts.scale.density_mg_per_ul * 1_000_000)

    def read_ug(self, when: str) -> int:
        """The display now; raises Problem where a person breaks off."""
        if self._bench is not None:
            return round(float(self._bench.scale_mg()) * 1000)
        while True:
            try:
                return round(float(input(f"scale {when} (g): ")) * 1_000_000)
            except ValueError:
                print("a number of grams, such as 12.345")
            except EOFError:
                raise _broken_off() from None


def _weighed(desk: Desk, pump: Pump, scale: Scale, rate_nl_h: int, amount_nl: int) -> list[int]:
    """One run: [rate, steps, weighed ug]."""
    before_ug = scale.read_ug("before")
    run = pump.client.request("calibrate_run", amount_nl=amount_nl, rate_nl_h=rate_nl_h)
    watch_run(desk, pump, f"run at {words.rate(rate_nl_h)}", int(run["duration_ms"]))
    weighed_ug = scale.read_ug("after") - before_ug
    desk.say(f"{words.rate(rate_nl_h)}: {run['steps']} steps, {weighed_ug / 1_000_000:.4f} g")
    return [rate_nl_h, int(run["steps"]), weighed_ug]


def _store(desk: Desk, pump: Pump, points: list[list[int]], density: int, yes: bool) -> None:
    """Let the pump compute the fit, show it, ask, commit."""
    wall_s = pump.world.wall_s()
    fields = {"pump": pump.hello["profile"], "wall_s": wall_s, "density_ug_ml": density}
    summary = pump.client.stage(calibration.encode({**fields, "points": points}), "calibration")
    told = _told(points, summary)
    desk.say(_table(told), *_verdict(told))
    desk.ask("Store this calibration?", yes)
    pump.client.commit(summary["digest"], summary["needs"])
    with record.opened(pump) as (book, known):
        rows = tuple(tuple(point) for point in points)
        fit = (int(summary["new_nl"]), int(summary["new_steps"]), int(summary["worst_ppm"]))
        keep_calibration(book, known, Calibration(wall_s, density, rows, *fit))
    desk.result(told, "Stored; every dose from now on is counted by it.")


def _told(points: list[list[int]], summary: Reply) -> dict[str, Any]:
    """Points with their distance from the fit, old and new volume of a step."""
    weighed, steps = (sum(point[place] for point in points) for place in (2, 1))
    rows = [
        {"rate_nl_h": rate, "steps": count, "weighed_ug": ug}
        | {"off_ppm": round((ug * steps / (count * weighed) - 1) * 1_000_000)}
        for rate, count, ug in points
    ]
    old, new = (summary[f"{age}_nl"] / summary[f"{age}_steps"] for age in ("old", "new"))
    return {
        "points": rows, "old_nl_per_step": old, "new_nl_per_step": new,
        "change_percent": round((new / old - 1) * 100, 3), "worst_ppm": summary["worst_ppm"],
    }  # fmt: skip


def _table(told: dict[str, Any]) -> Any:
    from rich.table import Table

    table = Table(title="weighings", title_justify="left")
    for head in ("rate", "steps", "weighed", "off the fit"):
        table.add_column(head, justify="right")
    for row in told["points"]:
        off = f"{row['off_ppm'] / 10_000:+.2f} %"
        weighed = f"{row['weighed_ug'] / 1_000_000:.4f} g"
        table.add_row(words.rate(row["rate_nl_h"]), str(row["steps"]), weighed, off)
    return table


def _verdict(told: dict[str, Any]) -> list[str]:
    worst = told["worst_ppm"] / 10_000
    good = (
        "good: every weighing within 1 %" if worst <= 1 else "usable: repeat it for a better one"
    )
    return [
        f"A step is {told['new_nl_per_step']:.4f} nL, before {told['old_nl_per_step']:.4f} nL "
        f"({told['change_percent']:+g} %).",
        f"The worst weighing lies {worst:.2f} % from the fit: {good}.",
    ]


def _nominal(desk: Desk, pump: Pump, yes: bool) -> None:
    desk.ask("Dose by the profile's nominal value, though nobody has weighed this pump?", yes)
    summary = pump.client.accept_nominal()
    told = {"new_nl_per_step": summary["new_nl"] / summary["new_steps"], "nominal": True}
    desk.result(told, "The nominal value counts; the status says so.")


def _broken_off() -> Problem:
    return Problem(
        "no",
        "the calibration was broken off",
        safe=_KEPT,
        cause="the typing ended",
        next_line="picodose calibrate",
    )
