"""Keys: who may do what with a pump; and its maintenance."""

from __future__ import annotations

from typing import Annotated

import typer

from host_tools.cli.commands.care import Yes
from host_tools.cli.desk import Desk
from host_tools.link.keyring import ROLES


def enroll(
    desk: Desk,
    role: Annotated[str, typer.Option(help="patient, clinician or service")] = "service",
) -> None:
    """Make a key, give it to the pump while somebody holds SERVICE, and keep it on this host.

    From then on the pump obeys only those who have a key of the role that it needs.

    Example: picodose enroll --role clinician
    """
    if role not in ROLES[1:]:
        raise typer.BadParameter("patient, clinician or service")
    with desk.pump() as pump:
        key = pump.client.enrol(ROLES.index(role))
        ring = pump.client.keyring
        told = {"number": key.number, "role": role, "file": str(ring.path) if ring else ""}
        desk.result(told, f"Key {key.number} ({role}) is in the pump and in {told['file']}.")


def keys(
    desk: Desk,
    remove: Annotated[int, typer.Option(min=0, max=8, help="number of a key to forget")] = 0,
) -> None:
    """List the keys that the pump knows, or let it forget one.

    Example: picodose keys
    """
    with desk.pump() as pump:
        if remove:
            pump.client.remove_key(remove)
        known = pump.client.keys()
        ring = pump.client.keyring
        own = ring.find(pump.client.serial) if ring else None
        mine = own.number if own else 0
        rows = [{"number": n, "role": ROLES[role], "mine": n == mine} for n, role in known]
        lines = [f"{n}  {ROLES[role]}{'  (this host)' * (n == mine)}" for n, role in known]
        desk.result({"keys": rows}, *(lines or ["No key is enrolled."]))


def maintenance(desk: Desk, yes: Yes = False) -> None:
    """Stop the pump and restart its chip with MicroPython's prompt open, and nothing running.

    It ends with `picodose flash`, or with a power-off.

    Example: picodose maintenance --yes
    """
    desk.ask("Stop the pump and leave its program?", yes)
    with desk.pump() as pump:
        pump.client.maintenance()
        desk.result({}, "The pump is stopped; the board restarts with its prompt open.")
