"""A missing or wrong firmware image is a loud failure that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from shim.emulated.firmware import FirmwareMissing, path


def test_a_missing_image_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FirmwareMissing, match="python -m shim.emulated.firmware"):
        path(tmp_path / "none.uf2")


def test_an_image_with_another_checksum_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.uf2"
    wrong.write_bytes(b"UF2\n")
    with pytest.raises(FirmwareMissing, match="delete it"):
        path(wrong)
