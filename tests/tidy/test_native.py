"""The emulator's core is compiled whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import native


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "__init__.c").write_text("not a module")
    (tmp_path / "_short.c").write_text("int one;")
    (tmp_path / "_longer.c").write_text("int one, two, three;")
    return tmp_path


def _binaries(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(native._SUFFIX)]


def test_the_longest_module_is_compiled_first_and_the_package_s_own_file_not(folder: Path) -> None:
    assert [source.name for source in native.sources(folder)] == ["_longer.c", "_short.c"]


def test_without_a_compiler_nothing_changes_and_it_is_told(folder: Path) -> None:
    assert "no-such-compiler" in native.compile_all(folder, ["no-such-compiler"])
    assert _binaries(folder) == []


def test_what_a_failing_compiler_said_is_told_and_old_binaries_are_gone(folder: Path) -> None:
    old = folder / f"_short{native._SUFFIX}"
    old.write_text("of another version")
    said = native.compile_all(folder, ["sh", "-c", "echo no headers >&2; exit 1"])
    assert said == "no headers"
    assert _binaries(folder) == []


def test_binaries_that_python_cannot_load_are_taken_away_again(folder: Path) -> None:
    empty = ["sh", "-c", 'for last; do :; done; touch "$last"', "sh"]
    assert native.compile_all(folder, empty) != ""
    assert _binaries(folder) == []


@pytest.mark.slow
def test_our_own_loop_is_translated_and_then_needs_the_compiler_too(tmp_path: Path) -> None:
    assert "no-such-compiler" in native.compile_loop(tmp_path, ["no-such-compiler"])
    assert _binaries(tmp_path) == []
