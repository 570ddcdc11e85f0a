"""The bench around a simulated pump: its time, its buttons, what breaks.

Time passes at `sim:` and `emu:` only while a command talks to them and by `picodose sim wait`; the
bench of `make sim` is reached at its own port (--port socket://127.0.0.1:4001), in real time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Protocol

import typer

from host_tools import words
from host_tools.cli import state, typed, worlds
from host_tools.cli.desk import Desk
from host_tools.cli.problems import Problem
from host_tools.faults import CELLS_OUT_MS, FAULTS, acts

_BOOT_S = 3
_FELT_MS = 250  # a button is debounced
Span = Annotated[str, typer.Argument(help='such as "2 h"')]


def new(
    desk: Desk,
    profile: Annotated[str, typer.Option(help="of device/profiles; default: the active one")] = "",
    at: Annotated[str, typer.Option(help='its time of day, such as "2026-12-24 18:00"')] = "",
) -> None:
    """Throw the virtual pump away and power a new one on, with a new record.

    Example: picodose sim new
    """
    from host_tools.cli.story import Keeper

    kind, _, file = _own(desk.port or "sim:").partition(":")
    path = state.story(file, kind)
    for old in ("", ".book", ".book-wal", ".book-shm", ".weighed", ".keys"):
        path.with_name(path.name + old).unlink(missing_ok=True)
    with Keeper(path, kind, profile, typed.wall_s(at) if at else None) as story:
        told = {"world": f"{kind}:{file}", "file": str(path), "wall_s": story.wall_s}
        desk.result(told, f"A new virtual pump, switched on; its story is kept in {path}.")


def wait(desk: Desk, span: Span) -> None:
    """Let time pass: the pump, the water and the battery live through it.

    Example: picodose sim wait "2 h"
    """
    ms = typed.span_ms(span)
    _do(desk, lambda bench: bench.wait(ms / 1000), f"{words.span(ms)} have passed.")


def press(
    desk: Desk,
    button: Annotated[str, typer.Argument(help="patient or service")],
    span: Annotated[str, typer.Argument(help='how long, such as "10 s"')] = "200 ms",
) -> None:
    """Hold a button down, from now for a span; the next command finds it held.

    Example: picodose sim press patient
    """
    if button not in ("patient", "service"):
        raise typer.BadParameter("patient or service")
    ms = typed.span_ms(span)

    def deed(bench: BenchSide) -> None:
        bench.do("press", button, ms)
        bench.wait(min(ms, _FELT_MS) / 1000)

    _do(desk, deed, f"The {button.upper()} button is held for {words.span(ms)}.")


def cut(desk: Desk, span: Annotated[str, typer.Argument(help="how long")] = "1 s") -> None:
    """Cut the power for a span; the pump boots again afterwards.

    Example: picodose sim cut "5 s"
    """
    ms = typed.span_ms(span)

    def deed(bench: BenchSide) -> None:
        bench.do("cut", ms)
        bench.wait(ms / 1000 + _BOOT_S)

    _do(desk, deed, f"The power was off for {words.span(ms)}; the pump has booted.")


def fault(
    desk: Desk,
    what: Annotated[str, typer.Argument(help="one of: " + ", ".join(FAULTS))],
    off: Annotated[bool, typer.Option("--off", help="mend it again")] = False,
) -> None:
    """Break something of the bench, or mend it. Fresh cells are fitted with the power off.

    Example: picodose sim fault kink
    """
    if what not in FAULTS:
        raise typer.BadParameter(f"one of {', '.join(FAULTS)}")

    def deed(bench: BenchSide) -> None:
        bench.do("fault", what, not off)
        if off and FAULTS[what].boots:
            bench.wait(CELLS_OUT_MS / 1000 + _BOOT_S)

    _do(desk, deed, _fitted(what) if off else f"Broken: {FAULTS[what].words}.")


def _fitted(what: str) -> str:
    """What has been mended, and what the pump must be told then."""
    told = " Next: picodose battery --new" if FAULTS[what].boots else ""
    return f"Mended: {what}.{told}"


def pour(desk: Desk, amount: Annotated[str, typer.Argument(help='such as "18 mL"')]) -> None:
    """Empty the reservoir and pour so much water into it; `picodose refill` tells the pump.

    Example: picodose sim pour "18 mL"
    """
    nl = typed.volume_nl(amount)

    def deed(bench: BenchSide) -> None:
        bench.do("reservoir.drain")
        bench.do("reservoir.fill", nl)

    _do(desk, deed, f"The reservoir holds {words.volume(nl)}.")


def scale(desk: Desk) -> None:
    """Read the bench scale under the tube's end.

    Example: picodose sim scale --json
    """
    with _bench(desk) as bench:
        told = bench.do("scale")
        told = {name: told[name] for name in ("scale_mg", "dispensed_nl")}
        desk.result(told, f"The scale shows {told['scale_mg'] / 1000:.4f} g.")


class BenchSide(Protocol):
    """A bench in reach, at its own port or beside a pump of this process."""

    def do(self, verb: str, *facts: Any) -> dict[str, Any]:
        """Do a deed; what scale and time show afterwards."""

    def wait(self, seconds: float) -> None:
        """Let its time pass."""


class _Own:
    """The bench of a `sim:` or `emu:` pump."""

    def __init__(self, world: worlds.Simulated) -> None:
        self.wait = world.wait
        self._world = world

    def do(self, verb: str, *facts: Any) -> dict[str, Any]:
        story = self._world.story
        for act in acts(facts[0], facts[1], story.now_ns) if verb == "fault" else [[verb, *facts]]:
            if verb != "scale":
                story.do(*act)
        told = {"wall_s": story.wall_s, "now_ms": story.now_ns // 10**6}
        return told | {
            "scale_mg": story.bench.scale_mg(),
            "dispensed_nl": story.bench.dispensed_nl,
        }


@contextmanager
def _bench(desk: Desk) -> Iterator[BenchSide]:
    name = desk.port or "sim:"
    if "://" in name:
        from host_tools.cli.served import ServedBench

        served = ServedBench(name)
        try:
            yield served
        finally:
            served.close()
        return
    with worlds.reach(_own(name)) as world:
        assert isinstance(world, worlds.Simulated)
        yield _Own(world)


def _do(desk: Desk, deed: Callable[[BenchSide], object], done: str) -> None:
    with _bench(desk) as bench:
        deed(bench)
        told = bench.do("scale")
        told = {name: told[name] for name in ("wall_s", "now_ms") if name in told}
        now = [f"It is {words.moment(told['wall_s'])} there."] if "wall_s" in told else []
        desk.result(told, done, *now)


def _own(name: str) -> str:
    if worlds.is_simulated(name):
        return name
    raise Problem(
        "usage",
        f"{name} is no simulated pump",
        safe="Nothing was sent; a running pump goes on by itself.",
        cause="time and faults are made only for sim: and emu:, and for the bench of make sim",
        next_line="picodose sim wait 1s --port sim:",
    )


FAMILY = {
    "new": new, "wait": wait, "press": press, "cut": cut, "fault": fault, "pour": pour,
    "scale": scale,
}  # fmt: skip
