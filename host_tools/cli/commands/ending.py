"""The end of a pump's service, and its beginning anew."""

from __future__ import annotations

from typing import Annotated

import typer

from host_tools.book import pull
from host_tools.cli import record
from host_tools.cli.desk import Desk

_WIPE_S = 60


def decommission(
    desk: Desk,
    name: Annotated[str, typer.Argument(help="the pump's profile, typed: it ends its service")],
    commission: Annotated[
        bool, typer.Option("--commission", help="into service again, after a power-off")
    ] = False,
) -> None:
    """Take a stopped pump out of service: its record is read first, then therapy, keys and
    settings are deleted and the free flash is overwritten.

    Example: picodose decommission therapy-step
    """
    with desk.pump() as pump:
        if commission:
            pump.client.request("commission", name=name)
            desk.result({"name": name}, "In service again, with nothing programmed.")
            return
        with record.opened(pump) as (book, known):
            told = pull(book, known, pump.client)
            events, faults = pump.client.decommission(name)
        if pump.client.keyring:
            pump.client.keyring.remove(pump.client.serial)
        with desk.progress("wiping", _WIPE_S) as show:
            for second in range(_WIPE_S):
                pump.world.wait(1)
                show(second)
                pump.client.request("status", page=0)
        data = {"name": name, "events": len(events), "faults": len(faults), "new": told.new}
        desk.result(data, f"Out of service. {len(events)} + {len(faults)} entries are kept here.")
