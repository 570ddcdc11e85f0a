"""Tools on the host. They use the pure parts of device/ instead of writing them again.

Importing this package puts device/ on the path and gives CPython the one name that those parts
take from MicroPython, `micropython.const`.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

DEVICE_DIR = Path(__file__).resolve().parent.parent / "device"


def _const(value: int) -> int:
    return value


def _make_device_importable() -> None:
    if str(DEVICE_DIR) not in sys.path:
        sys.path.append(str(DEVICE_DIR))
    stand_in = types.ModuleType("micropython")
    stand_in.__dict__["const"] = _const
    sys.modules.setdefault("micropython", stand_in)


_make_device_importable()
