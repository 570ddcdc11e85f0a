"""The list of names that cost a board no RAM is the firmware's own."""

from __future__ import annotations

import pytest

from shim.emulated import firmware
from tools.firmware_names import LIST, flash, pools, usable

pytestmark = pytest.mark.emu


def test_the_list_is_what_the_firmware_has_in_flash() -> None:
    named = pools(flash(firmware.path().read_bytes()))
    assert {"append", "items", "__init__"} <= set(named[0])
    assert usable(named) == LIST.read_text().split()
