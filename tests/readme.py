"""The command lines of README.md, in the order in which they stand there, and who executes them.

Every line of a code block counts, and every command between back quotes in the text. A test asks
for its lines here and executes what it gets; tests/host/test_readme_commands.py fails for a line
that nobody gets.
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
_SPAN = re.compile(r"`((?:make|picodose|\.venv/bin/[^\s`]+) ?[^`\n]*)`")
MIP_STORY = "make board"
HERE = {  # line -> the test that starts the same program with the same arguments, or nearly
    "make year": "tests/demo/test_year.py::test_thirty_days_of_all_of_it_hold_their_claims",
    "make emu-demo": "tests/emulator/test_emu_demo.py::test_the_bolus_is_the_same_in_both",
    "make console": "tests/console/test_page.py::test_a_bolus_is_seen_to_arrive",
    "make": "tests/tidy/test_tools.py::test_make_alone_prints_every_target",
    "make bench ONLY=wear": "tests/scenario/test_record_wear.py",
    "make sim": "tests/host/test_sim_server.py::test_the_command_says_how_to_connect",
    "make sim WORLD=blank": "tests/emulator/test_first_use.py::served",
    "make flash": "tests/emulator/test_first_use.py::test_every_line_from_a_blank_board",
}
"""Lines that are too long to be executed as they are, or that another file executes."""


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


def placeholder(line: str) -> bool:
    """A line that names a file of the reader's own."""
    return "my_plan.toml" in line


def shows() -> list[str]:
    """The stories of `make show`."""
    return [line for line in spans() if line.startswith("make show ")]


def examples() -> list[str]:
    """Commands of picodose in the running text and its tables."""
    return [line for line in spans() if line.startswith("picodose")]


def quick() -> list[str]:
    """What takes seconds, and is executed as it is written."""
    programs = [line for line in spans() if line.startswith(".venv/bin/") and " " in line]
    return [line for line in (*programs, "make demo", "make cli") if not placeholder(line)]


def benches() -> list[str]:
    """Groups of `make bench`."""
    found = [line for line in spans() if line.startswith("make bench ONLY=")]
    return [line for line in found if line not in HERE]


def proofs() -> list[str]:
    """What the tiers, or what must pass before anything lands, run."""
    return ["make test", "make test-all", "make trace", "make sabotage", "make size"]


def stories() -> list[str]:
    """Lines of the blocks that are typed one after the other."""
    named = (SIM_STORY, BOARD_STORY, MIP_STORY)
    return [line for first in named for line in story(first)]


def _text() -> str:
    return README.read_text()
