"""The requirement ids: all of them, those that are due, those that a patch must break."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "docs" / "requirements.md"
DUE = ROOT / "tools" / "due.txt"
PATCHES = ROOT / "tests" / "sabotage"

_BROKEN_ON_PURPOSE = ("LIM-", "DEL-", "SAF-", "REC-", "SEC-")
_ROW = re.compile(r"^\| ([A-Z]{3,4}-\d+) \| (.*) \|$", re.MULTILINE)


def catalogue(file: Path = CATALOGUE) -> dict[str, str]:
    """Every requirement id and its text, in the order of the document."""
    return dict(_ROW.findall(file.read_text()))


def due(file: Path = DUE) -> list[str]:
    """Ids that must have tests by now."""
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    return [line for line in lines if line]


def needs_patch(requirement: str) -> bool:
    """Whether tests of this id must prove that they notice broken code."""
    return requirement.startswith(_BROKEN_ON_PURPOSE)
