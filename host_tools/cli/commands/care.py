"""Caring for a pump: filling its tube and reservoir, its battery, its clock."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from host_tools import words
from host_tools.book.visits import keep_explanation
from host_tools.cli import record, typed
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import Problem
from host_tools.link.clock import clock_offset
from host_tools.link.errors import PumpError

Yes = Annotated[bool, typer.Option("--yes", help="the answer to every question is yes")]
_RUNS = ("priming", "calibrating")


def prime(
    desk: Desk,
    amount: Annotated[str, typer.Argument(help='such as "400 uL"')],
    yes: Yes = False,
) -> None:
    """Fill the tube, from stopped; Ctrl-C stops it, and so does silence of the host.

    Example: picodose prime "400 uL"
    """
    desk.line = f'picodose prime "{amount}"'
    amount_nl = typed.volume_nl(amount)
    desk.ask("Is the tube's end free, connected to nobody, and over a cup?", yes)
    with desk.pump() as pump:
        run = pump.client.request("prime", amount_nl=amount_nl)
        watch_run(desk, pump, "prime", int(run["duration_ms"]))
        told = {"amount_nl": amount_nl, "steps": run["steps"], "state": _state(pump)}
        desk.result(told, f"{words.volume(amount_nl)} went through; the pump is stopped.")


def watch_run(desk: Desk, pump: Pump, what: str, duration_ms: int) -> None:
    """Stay on the line until a run has ended, with a progress bar; stops it on Ctrl-C."""
    try:
        with desk.progress(what, duration_ms) as show:
            begun_ms = pump.client.transport.now_ns() // 10**6
            while _state(pump) in _RUNS:
                show(pump.client.transport.now_ns() // 10**6 - begun_ms)
                pump.world.wait(0.5)
    except (KeyboardInterrupt, PumpError) as error:
        pump.client.stop()
        if isinstance(error, PumpError):
            raise
        raise Problem(
            "no",
            f"the {what} was broken off",
            safe="The pump is stopped; it has answered to STOP.",
            cause="that was your decision",
            next_line="picodose status",
        ) from None


def refill(
    desk: Desk,
    measured: Annotated[str, typer.Option(help='residue taken out, such as "2.1 mL"')] = "",
    filled: Annotated[str, typer.Option(help='what was put in, such as "18 mL"')] = "",
    fluid: Annotated[str, typer.Option(help="of the fluid library")] = "water",
    concentration: Annotated[str, typer.Option(help='such as "500 ug/mL"')] = "",
    explain: Annotated[str, typer.Option(help="why the residue was another; allows a start")] = "",
) -> None:
    """Tell the stopped pump what was taken out and put in; or explain a residue.

    Example: picodose refill --measured "2 mL" --filled "18 mL"
    """
    if explain:
        _explain(desk, explain)
        return
    if not measured or not filled:
        raise typer.BadParameter("--measured and --filled are both needed")
    asked: dict[str, int | str] = {"measured_nl": _amount_nl(measured)}
    asked |= {"filled_nl": typed.volume_nl(filled), "fluid": fluid}
    asked["conc_ug_ml"] = typed.concentration_ug_ml(concentration) if concentration else 0
    with desk.pump() as pump:
        reply = pump.client.request("refill", **asked)
        with record.opened(pump) as (book, known):
            from host_tools.book.pulling import pull_refills

            pull_refills(book, known, pump.client)
        told = {key: value for key, value in reply.items() if key not in ("id", "ok")}
        desk.result(asked | told, *_refilled(told))


def _refilled(told: dict[str, Any]) -> list[str]:
    gap = f"The residue was {words.volume(told['gap_nl'])} away from the expected "
    found = [gap + f"{words.volume(told['expected_nl'])}."]
    if told["blocked"]:
        found.append('No start before that is explained: picodose refill --explain "why"')
    return [*found, f"Refill by {words.moment(told['refill_wall_s'])}."]


def _explain(desk: Desk, why: str) -> None:
    with desk.pump() as pump:
        pump.client.request("explain")
        with record.opened(pump) as (book, known):
            keep_explanation(book, known, pump.world.wall_s(), why)
        desk.result({"explained": why}, "Explained; a start is allowed again.")


def bridge(desk: Desk) -> None:
    """Show how far a change of concentration is: how much of the old fluid is still to leave.

    A bridge begins by itself after a refill with another concentration and a program for it.

    Example: picodose bridge
    """
    with desk.pump() as pump:
        page = pump.client.request("status", page=0)
        left_nl, rate_nl_h = int(page["bridge_nl"]), int(page["rate_nl_h"])
        told = {"bridge_nl": left_nl, "rate_nl_h": rate_nl_h, "state": page["state"]}
        ends = f", in {words.about(left_nl * 3_600_000 // rate_nl_h)}" if rate_nl_h else ""
        text = (
            f"{words.volume(left_nl)} of the old fluid to go{ends}." if left_nl else "No bridge."
        )
        desk.result(told, text)


def battery(
    desk: Desk,
    new: Annotated[bool, typer.Option("--new", help="a fresh one was fitted, power off")] = False,
) -> None:
    """Show the battery, or tell the pump that a fresh one was fitted while the power was off.

    Example: picodose battery
    """
    with desk.pump() as pump:
        if new:
            pump.client.request("battery")
        page = pump.client.request("status", page=2)
        names = ("battery_mv", "battery_tier", "battery_days", "time_left_h")
        told = {name: page[name] for name in names}
        tier = ("good", "replace soon", "low", "end of service")[told["battery_tier"]]
        left = f"about {told['time_left_h']} h left"
        desk.result({**told, "tier": tier}, f"{told['battery_mv']} mV: {tier}; {left}.")


def clock(
    desk: Desk,
    to_host: Annotated[bool, typer.Option("--set", help="set it to this host's time")] = False,
) -> None:
    """Compare the pump's clock with the host's, or set it; nothing else ever sets it.

    Example: picodose clock --set
    """
    with desk.pump() as pump:
        skipped = 0
        if to_host:
            skipped = int(pump.client.request("clock", wall_s=pump.world.wall_s())["skipped"])
        page = pump.client.request("status", page=2)
        offset = clock_offset(pump.world.wall_s(), page)
        told = {"wall_s": page["wall_s"], "offset_s": offset.offset_s, "skipped": skipped}
        missed = [f"{skipped} scheduled boluses were skipped by that."] if skipped else []
        desk.result(told, f"{words.moment(page['wall_s'])}. {offset.sentence}", *missed)


def _amount_nl(text: str) -> int:
    """A volume that may be nothing."""
    return 0 if re.match(r"\s*0+(\.0*)?(\s|$)", text) else typed.volume_nl(text)


def _state(pump: Pump) -> str:
    return str(pump.client.request("status", page=0)["state"])
