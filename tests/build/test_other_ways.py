"""The other ways onto a board: mip's package, and the manifest that freezes the sources."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.build import DEVICE, installed, texts_of
from host_tools.build.__main__ import FOLDER, main
from host_tools.manifest import FRESH, manifest
from picodose import VERSION
from picodose.hal import program_files

PACKAGE, NEW_BOARD = DEVICE / "package.json", DEVICE / "new_board.json"
PORT_S_OWN = "$(PORT_DIR)/boards/manifest.py"


class Build:
    """What the firmware's build does with a manifest's words: lists files by their path."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.included: list[str] = []

    def package(self, name: str, opt: int | None = None) -> None:
        """Every Python file below a folder."""
        for folder, _, names in os.walk(DEVICE / name):
            paths = (Path(folder) / one for one in names if one.endswith(".py"))
            self.files += [path.relative_to(DEVICE).as_posix() for path in paths]

    def module(self, name: str, opt: int | None = None) -> None:
        """One file."""
        assert (DEVICE / name).is_file() and name.endswith(".py")
        self.files.append(name)


@pytest.fixture(scope="module")
def files() -> Iterator[dict[str, bytes]]:
    yield installed()


def test_mip_s_package_lists_exactly_what_an_installation_has(files: dict[str, bytes]) -> None:
    for path, wanted in ((PACKAGE, files), (NEW_BOARD, FRESH)):
        package = json.loads(path.read_text())
        assert package["urls"] == [[n, f"../{FOLDER.as_posix()}/{n}"] for n in sorted(wanted)]
        assert package["version"] == VERSION


def test_make_board_writes_every_file_that_mip_looks_for(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    old = tmp_path / "board" / "picodose" / "old.mpy"
    old.parent.mkdir(parents=True)
    old.write_text("an older program's")
    assert main(tmp_path / "board") == 0
    written = [path for path in (tmp_path / "board").rglob("*") if path.is_file()]
    found = {p.relative_to(tmp_path / "board").as_posix(): p.read_bytes() for p in written}
    assert found == files | FRESH


def test_the_frozen_manifest_takes_every_source_of_the_device() -> None:
    build = Build()
    words = {"package": build.package, "module": build.module, "include": build.included.append}
    exec((DEVICE / "manifest.py").read_text(), dict(words))
    assert sorted(build.files) == sorted(texts_of())
    assert build.included == [PORT_S_OWN]


@pytest.mark.req("SAF-1")
def test_the_line_that_a_frozen_board_needs_is_the_manifest_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = manifest({}).decode()
    assert line in (DEVICE / "manifest.py").read_text()
    monkeypatch.setattr(program_files, "MANIFEST", str(tmp_path / "manifest.txt"))
    (tmp_path / "manifest.txt").write_text(line)
    assert program_files.program_intact() == line.strip()
