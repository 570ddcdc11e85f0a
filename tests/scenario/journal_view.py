"""What the pump's journal says, read over the link or straight out of a flash image."""

from __future__ import annotations

from typing import NamedTuple

from picodose.record.journal import ENTRY_BYTES, unpack_entry
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from tests.scenario.delivery_rig import Rig


class Entry(NamedTuple):
    """One journal entry; codes.EV_* tells what a, b and c mean."""

    seq: int
    boot: int
    kind: int
    priority: int
    mono_ms: int
    wall_s: int | None
    a: int
    b: int
    c: int


def journal(rig: Rig, *kinds: int, ring: int = 0) -> list[Entry]:
    """Entries that the pump gives out, of these kinds only if any are named."""
    entries = [Entry(*(unpack_entry(raw) or ())) for raw in rig.client.log(ring)]
    return [entry for entry in entries if not kinds or entry.kind in kinds]


def in_flash(image: bytes, *kinds: int, prefix: str = "e") -> list[Entry]:
    """Whole entries that stand in a flash image, oldest first."""
    fs = FileSystem(NorFlash(bytearray(image)))
    fs.mount()
    found = []
    for name, _folder, _size in fs.entries("data"):
        if name.startswith(prefix) and name[1:].isdigit():
            raw = fs.read_bytes(f"data/{name}")
            for at in range(0, len(raw) - ENTRY_BYTES + 1, ENTRY_BYTES):
                entry = unpack_entry(raw[at : at + ENTRY_BYTES])
                if entry:
                    found.append(Entry(*entry))
    return sorted(entry for entry in found if not kinds or entry.kind in kinds)


def active(rig: Rig) -> list[int]:
    """Codes of the active alarms as status page 1 lists them."""
    text = rig.client.request("status", page=1)["active"]
    return [int(code) for code in str(text).split(",") if code]
