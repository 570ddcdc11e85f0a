"""A kept installation is the one that would be built, and is not used for anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.build import built, kept


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small device; what is kept is kept apart."""
    monkeypatch.setattr(kept, "KEPT", tmp_path / "kept")
    device = tmp_path / "device"
    device.mkdir()
    (device / "main.py").write_text("import pump\n")
    (device / "pump.py").write_text("def run():\n    return 3\n")
    return device


def test_the_second_call_builds_nothing_and_gives_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept.installed(folder)
    assert first == built(folder)
    monkeypatch.delattr(kept, "built")
    assert kept.installed(folder) == first


def test_another_source_overlay_builder_or_compiler_is_built_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count() -> int:
        kept.installed(folder)
        return len(list((tmp_path / "kept").iterdir()))

    assert count() == 1
    (folder / "pump.py").write_text("def run():\n    return 4\n")
    assert count() == 2
    kept.installed(folder, {"pump.py": b"def run():\n    return 5\n"})
    assert count() == 3
    monkeypatch.setattr(kept, "version", lambda _name: "another")
    assert count() == 4
    builder = tmp_path / "builder"
    builder.mkdir()
    (builder / "fold.py").write_text("another fold")
    monkeypatch.setattr(kept, "_BUILDER", builder)
    assert count() == 5
