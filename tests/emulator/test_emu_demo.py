"""`make emu-demo` from end to end: the one bolus that a person sees on the official firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from host_tools import emu_demo
from shim.emulated.fork import in_fork

pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
_WALL_LIMIT_S = 600.0


@pytest.mark.req("SIM-4")
def test_the_bolus_is_the_same_in_both_worlds_and_drawn(tmp_path: Path) -> None:
    assert in_fork(lambda: emu_demo.main(["--out", str(tmp_path)]), _WALL_LIMIT_S) == 0
    assert (tmp_path / "pins.vcd").stat().st_size > 1000
    with Image.open(tmp_path / "pins.png") as picture:
        assert picture.width > picture.height > 500
