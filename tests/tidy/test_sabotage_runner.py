"""The runner that breaks code on purpose must itself tell a kill from noise."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import sabotage
from tools.patches import read

pytestmark = pytest.mark.slow  # each starts pytest in a project of its own

CODE = "def double(n: int) -> int:\n    return 2 * n\n"
TESTS = """\
import pytest
from code_under_test import double

@pytest.mark.req("LIM-4")
def test_two(): assert double(1) == 2

@pytest.mark.req("LIM-5")
def test_nothing(): assert True

@pytest.mark.req("DEL-1")
def test_broken_anyway(): assert double(1) == 7
"""


def patch_text(requirement: str, old: str, new: str) -> str:
    """A patch file that replaces the second line of the code under test."""
    head = f"# kills: {requirement}\n# Doubles wrongly.\n"
    names = "--- a/code_under_test.py\n+++ b/code_under_test.py\n"
    return f"{head}{names}@@ -1,2 +1,2 @@\n def double(n: int) -> int:\n-{old}\n+{new}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one function and three tests, with the plugin that picks them."""
    plugin = Path(sabotage.__file__).parent / "req_plugin.py"
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "req_plugin.py").write_text(plugin.read_text())
    (tmp_path / "code_under_test.py").write_text(CODE)
    (tmp_path / "test_it.py").write_text(TESTS)
    marks = "markers = req: id\n slow: s\n emu: e"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = .\n{marks}\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def verdict(project: Path, requirement: str, old: str, new: str) -> sabotage.Verdict:
    """Judge one change of the code under test."""
    file = project / "wrong.patch"
    file.write_text(patch_text(requirement, old, new))
    with sabotage.snapshot(project) as base:
        sabotage.compiled(base)
        return sabotage.confirmed(base, [sabotage.attempt(base, read(file), requirement)])[0]


def test_a_mistake_that_a_test_notices_is_killed(project: Path) -> None:
    found = verdict(project, "LIM-4", "    return 2 * n", "    return 3 * n")
    assert found.killed and "test_two (AssertionError)" in found.how
    assert (project / "code_under_test.py").read_text() == CODE


def test_a_mistake_that_only_other_ids_would_notice_survives(project: Path) -> None:
    found = verdict(project, "LIM-5", "    return 2 * n", "    return 3 * n")
    assert not found.killed and found.how.startswith("survives")


@pytest.mark.parametrize("new", ["    return (", "    return no_such_name", "    import no_such"])
def test_code_that_no_longer_loads_is_no_kill(project: Path, new: str) -> None:
    assert not verdict(project, "LIM-4", "    return 2 * n", new).killed


def test_a_patch_that_does_not_apply_is_no_kill(project: Path) -> None:
    found = verdict(project, "LIM-4", "    return 5 * n", "    return 3 * n")
    assert not found.killed and found.how.startswith("does not apply")


def test_a_test_that_fails_anyway_is_no_kill(project: Path) -> None:
    found = verdict(project, "DEL-1", "    return 2 * n", "    return 3 * n")
    assert not found.killed and found.how.startswith("fails without the patch too")


def test_kills_by_several_tests_are_confirmed_together_and_one_by_one_if_need_be(
    project: Path,
) -> None:
    noticed = [f"test_it.py::test_{name}" for name in ("two", "nothing", "broken_anyway")]
    with sabotage.snapshot(project) as base:
        assert sabotage.passing(base, noticed[:2]) == set(noticed[:2])
        assert sabotage.passing(base, noticed) == set(noticed[:2])


def test_only_the_files_in_which_a_test_carries_the_id_are_run() -> None:
    tests = {"a.py::x[1]": ["LIM-4"], "a.py::y": ["LIM-4"], "b.py::z": ["LIM-42", "DEL-1"]}
    assert sabotage.files_naming(tests, "LIM-4") == ["a.py"]
    assert sabotage.files_naming(tests, "DEL-1", ["tests/unit"]) == []
