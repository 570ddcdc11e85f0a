"""The command lines of README.md, in the order in which they stand there.

Every line in a code block, and every command in the running text and its tables. Who executes
which is decided here and nowhere else; tests/host/test_readme_commands.py fails for a line that
belongs to no executing test.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SIM_STORY = "PICODOSE_PORT=sim:"
BOARD_STORY = "PICODOSE_PORT=socket:"
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.M | re.S)
_SPAN = re.compile(r"`((?:make|picodose|\.venv/bin/\S+)(?: [^`]+)?)`")


def bare(line: str) -> str:
    """A line without the remark behind it."""
    return re.sub(r"\s+#.*$", "", line).strip()


@cache
def blocks() -> list[list[str]]:
    """The lines of every code block that holds commands; pictures of folders are none."""
    found = [[bare(line) for line in text.splitlines()] for text in _BLOCK.findall(_text())]
    return [block for block in found if block[0].split()[0] in ("make", "export", "picodose")]


@cache
def spans() -> list[str]:
    """Every command between back quotes in text and tables, once."""
    outside = _BLOCK.sub("", _text())
    return list(dict.fromkeys(_SPAN.findall(outside)))


def story(first: str) -> list[str]:
    """The lines of the one block whose first line holds `first`."""
    (block,) = (block for block in blocks() if first in block[0])
    return block


def _text() -> str:
    return README.read_text()
