"""Writes the manifest that the pump checks itself against at power-on (SAF-1, device
hal/program_files.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

NAME = "manifest.txt"
FOR_THE_HOST = ("package.json", "new_board.json", "manifest.py")
"""Files of the device folder that never go to a board: how it gets there by other ways."""

FRESH = {"data/mark": b"new"}
"""What an installation adds to a board without a record: it may make one (device custody.py)."""


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Manifest of an installation: sorted paths, one a line, then the SHA-256 of all contents in
    that order.

    files: device path (without leading slash) to content; an entry for the manifest itself is
    ignored.
    """
    names = sorted(name for name in files if name != NAME)
    digest = hashlib.sha256()
    for name in names:
        digest.update(files[name])
    return "".join(f"/{name}\n" for name in names).encode() + digest.hexdigest().encode() + b"\n"
