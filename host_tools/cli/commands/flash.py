"""Puts the program on a board: mpremote underneath, the pump stopped first, files compared."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from host_tools.cli import worlds
from host_tools.cli.desk import Desk
from host_tools.cli.ports import only_board
from host_tools.cli.problems import Problem
from host_tools.link.client import Reply
from host_tools.link.errors import LinkLostError, NoAnswerError, PumpError
from picodose import VERSION

_BOOT_S = 20
_NOT_SURE = "The pump was stopped before; the motor stays off until the program runs again."


def flash(
    desk: Desk,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="tell what would be done; touch nothing")
    ] = False,
) -> None:
    """Compile device/ and put it on the board: unchanged files are skipped by their hash.

    The pump is stopped first and every file is compared afterwards; then the board restarts and
    its version is read back.

    Example: picodose flash --dry-run
    """
    from tools.flash import Board, install

    port = _real_port(desk)
    files = _compiled()
    size = sum(len(content) for content in files.values())
    before = _hello(port)
    told: dict[str, Any] = {"port": port, "files": len(files), "bytes": size, "dry_run": dry_run}
    told |= {"version": VERSION, "before": before.get("version", ""), "after": ""}
    if dry_run:
        names = "".join(f"\n  {name}" for name in sorted(files))
        there = f"It runs picodose {told['before']}." if before else "It runs no pump program."
        desk.result(told, f"{len(files)} files, {size} bytes would be compared:{names}", there)
        return
    if before:
        _stopped(port)
    done = _installed(lambda: install(Board(port), files))
    told["after"] = _version_after(port)
    desk.result({**told, "done": done}, f"{done}.", f"It answers: picodose {told['after']}.")


def _real_port(desk: Desk) -> str:
    if worlds.is_simulated(desk.port):
        raise Problem(
            "usage",
            f"{desk.port} is simulated and always runs the files of device/",
            safe="Nothing was sent.",
            cause="flash is for boards",
            next_line="picodose sim new",
        )
    return desk.port or only_board()


def _compiled() -> dict[str, bytes]:
    from host_tools.build import BuildError, installed

    try:
        return installed()
    except BuildError as error:
        raise _failed(str(error), "The board was not touched.", "make size") from error


def _installed(install: Any) -> str:
    from tools.flash import Trouble

    try:
        return str(install())
    except Trouble as trouble:
        raise _failed(str(trouble), _NOT_SURE, "picodose flash") from trouble


def _hello(port: str) -> Reply:
    """Who is there, {} where no pump program answers; raises Problem for a port that is shut."""
    try:
        with worlds.reach(port) as world:
            return Desk("", True, "").client(world).connect()
    except (NoAnswerError, LinkLostError):
        return {}


def _stopped(port: str) -> None:
    """Stop by the link, which needs no key; with a key of ours, open the prompt too."""
    with worlds.reach(port) as world:
        client = Desk("", True, "").client(world)
        client.stop()
        hello = client.connect()
        if hello.get("keys"):
            client.maintenance()


def _version_after(port: str) -> str:
    """The version that the restarted board tells; raises Problem where it tells none."""
    for _ in range(_BOOT_S):
        try:
            with worlds.reach(port) as world:
                world.wait(1)
                return str(Desk("", True, "").client(world).connect()["version"])
        except PumpError:
            continue
    what = f"the board took every file and does not answer within {_BOOT_S} s"
    raise _failed(what, _NOT_SURE, "picodose doctor")


def _failed(what: str, safe: str, next_line: str) -> Problem:
    cause = "told above; the README's chapter on a real board has more"
    return Problem("board", what, safe=safe, cause=cause, next_line=next_line)
