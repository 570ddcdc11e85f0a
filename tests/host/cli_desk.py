"""Types `picodose` commands in this process, each test file on stories of its own."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from host_tools.cli.app import app, main

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = ("sudo", "newgrp", "chmod", "mv", "echo")


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
    """A terminal in a folder; `port` goes into every command that names none. Whatever a command
    says to type next must be something that can be typed.
    """

    def __init__(self, port: str = "sim:") -> None:
        self.port = port

    def __call__(self, line: str) -> Typed:
        """Type `picodose LINE`."""
        out, err = io.StringIO(), io.StringIO()
        words = shlex.split(line)
        named = [] if "--port" in words or not self.port else ["--port", self.port]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*named, *words])
        typed = Typed(code, out.getvalue(), err.getvalue())
        for following in re.findall(r"^Next: +(.+)$|next: (.+)$", typed.err + typed.out, re.M):
            check_line("".join(following))
        return typed

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


def check_line(line: str) -> None:
    """Raise unless this can be typed: a command line of picodose that is read without a mistake,
    a target of the Makefile, or one of the system's own commands that a remedy may name.
    """
    program, *words = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(), re.M), line
    elif program == "picodose":
        _read(typer.main.get_command(app()), "picodose", words, None)
    else:
        assert program in SYSTEM, line


def _read(command: Any, name: str, words: list[str], parent: Any) -> None:
    """Read a command line as far as its options and arguments go, and run nothing."""
    try:
        context = command.make_context(name, list(words), parent=parent)
    except typer.Exit:  # --help
        return
    rest = [*getattr(context, "_protected_args", []), *context.args]
    if hasattr(command, "resolve_command"):
        called, found, left = command.resolve_command(context, rest)
        _read(found, called, left, context)


def in_folder(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Let the host keep its things in a folder of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PICODOSE_STATE", str(folder))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("COLUMNS", "100")
        patch.delenv("PICODOSE_PORT", raising=False)
        yield patch
