"""The patches of tests/sabotage: what each breaks, and where its tests are.

A patch starts with comment lines and goes on as a unified diff (-p1):

    # kills: LIM-4          the ids of which a test must fail, each of them
    # Catches up what a stall missed.       a sentence: the mistake it stands for
    # tests: tests/unit     optional: only these paths
    # tier: emu             optional: the emulator's tests too
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tools.requirements import PATCHES

_FIELD = re.compile(r"^# (kills|tests|tier): *(.+)$")


class BadHeader(Exception):
    """A patch file without a header that says what it is for."""


@dataclass(frozen=True)
class Patch:
    """One deliberate mistake."""

    file: Path
    kills: tuple[str, ...]
    mistake: str
    tests: tuple[str, ...] = ()
    emulator: bool = False

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.file.stem


def read(file: Path) -> Patch:
    """Header of a patch file; raises BadHeader."""
    comments = [
        line for line in file.read_text().split("\n---")[0].splitlines() if line[:2] == "# "
    ]
    fields = {m[1]: m[2].split() for line in comments if (m := _FIELD.match(line))}
    sentences = [line[2:] for line in comments if not _FIELD.match(line)]
    if not fields.get("kills") or not sentences:
        raise BadHeader(f"{file.name}: wants `# kills: ID` and a line that says what is broken")
    tests = tuple(fields.get("tests", ()))
    emulator = fields.get("tier") == ["emu"]
    return Patch(file, tuple(fields["kills"]), " ".join(sentences), tests, emulator)


def patches(folder: Path = PATCHES) -> list[Patch]:
    """Every patch, by name."""
    return [read(file) for file in sorted(folder.glob("*.patch"))]
