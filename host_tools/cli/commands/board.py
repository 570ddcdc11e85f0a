"""The board itself: which ones are there."""

from __future__ import annotations

from typing import Any

from host_tools.cli import ports as finding
from host_tools.cli.desk import Desk
from host_tools.cli.problems import Problem


def ports(desk: Desk) -> None:
    """List every Pico that is plugged in, and whether this user can use it now.

    Example: picodose ports
    """
    found = finding.boards()
    rows = [_row(one) for one in found]
    if not rows:
        finding.only_board()  # raises: none, and what to do
    desk.result({"boards": rows}, *(_line(row) for row in rows))


def _row(board: finding.Found) -> dict[str, Any]:
    row: dict[str, Any] = {"device": board.device, "serial": board.serial}
    row |= {"product": board.product, "usable": True, "why": "", "next": ""}
    try:
        from host_tools.cli.worlds import Board

        Board(board.device).transport.close()
    except Problem as problem:
        row |= {"usable": False, "why": f"{problem.what}: {problem.cause}"}
        row["next"] = problem.command
    return row


def _line(row: dict[str, Any]) -> str:
    name = f"{row['device']}  {row['product']}  {row['serial']}"
    return f"{name}  ready" if row["usable"] else f"{name}\n  {row['why']}\n  next: {row['next']}"
