"""A flash image of a pump that was commissioned: installed, and told what is in its reservoir.

The refill command comes with later work; until then a pump believes its profile's full bag. Here
the settings, which keep the fill, are written with the device's own codec before the
first boot: the same bytes that a refill would leave.
"""

from __future__ import annotations

from pathlib import Path

from picodose.record.fill import Fill
from picodose.record.reservation import Reservation
from picodose.record.settings import Settings
from picodose.record.slots import SlotPair
from profiles import active as profile
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from shim.image import prepared_image

_FOLDER = "data"


class _Store:
    """The store port of record/ on a mounted file system."""

    def __init__(self, fs: FileSystem) -> None:
        self._fs = fs

    def read(self, name: str) -> bytes | None:
        """The file's bytes, None without it."""
        path = f"{_FOLDER}/{name}"
        return self._fs.read_bytes(path) if self._fs.exists(path) else None

    def write(self, name: str, data: bytes) -> None:
        """Replace the file."""
        self._fs.write_bytes(f"{_FOLDER}/{name}", data)


def commissioned_flash(device_dir: Path, filled_nl: int) -> bytes:
    """The flash of a pump with `filled_nl` in its bag, not programmed, never yet switched on."""
    flash = NorFlash(bytearray(prepared_image(device_dir)))
    fs = FileSystem(flash)
    fs.mount()
    fs.make_folder(_FOLDER)
    store = _Store(fs)
    record = Reservation()
    record.nl_num, record.steps_den = profile.NL_NUM, profile.STEPS_DEN
    SlotPair(store, "reserve").save(record.pack())
    SlotPair(store, "settings").save(_unprogrammed(filled_nl).pack())
    return bytes(flash.data)


def _unprogrammed(filled_nl: int) -> Settings:
    name = profile.NAME.encode()
    return Settings(name, profile.NL_NUM, profile.STEPS_DEN, Fill(filled_nl))
