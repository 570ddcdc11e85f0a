"""Rules for every file of the project, not only for Python."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.tidy.sources import ROOT, none_of, sources, tracked
from tools import patches
from tools.requirements import PATCHES, catalogue, due

MACHINE_PATH = re.compile(r"/(home|root|work|Users)/\w|/tm[p]/\w+/|/\.librar[y]")
REGISTRY = re.compile(r"(pyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s])")
LATER = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b")
BINARY = {".png", ".wav", ".uf2", ".ico", ".vcd", ".bin"}


def _lines_with(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    found = []
    for name in names:
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    return found


def _text_files() -> list[str]:
    return [name for name in tracked() if Path(name).suffix not in BINARY]


def test_no_file_names_a_path_of_one_machine() -> None:
    assert MACHINE_PATH.search("open('/ho" + "me/someone/x')")
    assert not MACHINE_PATH.search("PORT=/dev/ttyACM0")
    none_of(_lines_with(MACHINE_PATH, _text_files()))


def test_no_file_names_a_package_index() -> None:
    assert REGISTRY.search("https://pyp" + "i.org/simple")
    none_of(_lines_with(REGISTRY, _text_files()))


def test_nothing_is_left_for_later_in_a_comment() -> None:
    assert LATER.search("# TO" + "DO: mend")
    assert (
        _lines_with(
            LATER, [s.path for s in sources("device", "shim", "host_tools", "tools", "tests")]
        )
        == []
    )


def test_tests_do_not_sleep_or_read_the_wall_clock() -> None:
    waits = re.compile(r"\btime\.(sleep|time|monotonic)\(")
    assert waits.search("time.sleep(1)")
    none_of(_lines_with(waits, [s.path for s in sources("tests") if "tidy" not in s.path]))


def test_due_requirements_exist() -> None:
    assert set(due()) <= set(catalogue())
    assert len(due()) == len(set(due()))


def test_every_sabotage_patch_says_what_it_breaks_and_touches_only_code_under_test() -> None:
    for patch in patches.patches(PATCHES):
        touched = re.findall(r"^\+\+\+ b/(\S+)", patch.file.read_text(), re.MULTILINE)
        assert touched and all(name.startswith(("device/", "shim/")) for name in touched), (
            patch.name
        )
        assert set(patch.kills) <= set(catalogue()), patch.name


def test_every_sabotage_patch_still_applies() -> None:
    for patch in patches.patches(PATCHES):
        command = ["git", "apply", "--check", "-p1", str(patch.file)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, f"{patch.name}: {run.stderr}"


def test_a_patch_without_header_is_refused(tmp_path: Path) -> None:
    bare = tmp_path / "bare.patch"
    bare.write_text("--- a/device/x.py\n+++ b/device/x.py\n")
    with pytest.raises(patches.BadHeader, match="kills"):
        patches.read(bare)


def test_device_is_installed_by_name_and_every_package_has_its_init() -> None:
    folders = {
        Path(name).parent
        for name in tracked()
        if name.startswith("device/") and name.endswith(".py")
    }
    missing = [
        f for f in folders if f != Path("device") and not (ROOT / f / "__init__.py").is_file()
    ]
    assert missing == []
