"""Types `picodose` commands in this process, each test file on stories of its own."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from host_tools.cli.app import main


@dataclass(frozen=True)
class Typed:
    """What one command line came to."""

    exit: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON object of --json; raises where stdout holds anything else."""
        return json.loads(self.out)


class Terminal:
    """A terminal in a folder; `port` goes into every command that names none."""

    def __init__(self, port: str = "sim:") -> None:
        self.port = port

    def __call__(self, line: str) -> Typed:
        """Type `picodose LINE`."""
        out, err = io.StringIO(), io.StringIO()
        words = shlex.split(line)
        named = [] if "--port" in words or not self.port else ["--port", self.port]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*named, *words])
        return Typed(code, out.getvalue(), err.getvalue())

    def json(self, line: str) -> Any:
        """Type `picodose LINE --json`; returns its object."""
        typed = self(f"{line} --json")
        assert typed.err == "", typed.err
        return typed.data

    def do(self, *lines: str) -> None:
        """Type lines that all must go well."""
        for line in lines:
            typed = self(line)
            assert typed.exit == 0, typed.out + typed.err


def in_folder(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Let the host keep its things in a folder of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PICODOSE_STATE", str(folder))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("COLUMNS", "100")
        patch.delenv("PICODOSE_PORT", raising=False)
        yield patch
