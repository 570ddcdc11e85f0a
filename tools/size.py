"""`make size`: what every device file weighs once compiled, against the budget."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from host_tools.build import AS_SOURCE, DEVICE, as_compiled, compiled, installed, texts_of
from tools.table import table

BUDGET_BYTES = 72_000  # all of device/ compiled: what is left of the heap pays for the rest


def sizes(files: Mapping[str, bytes]) -> dict[str, int]:
    """Compiled bytes of every Python file of an installation, boot.py and main.py included."""
    found = {name: len(content) for name, content in files.items() if name.endswith(".mpy")}
    sources = [name for name in AS_SOURCE if name in files]
    return found | {name: len(compiled(name, files[name].decode())) for name in sources}


def shares(folder: Path = DEVICE) -> dict[str, int]:
    """Compiled bytes of every source file alone: who needs how much of the joined one."""
    alone = as_compiled(texts_of(folder), entry="")
    return {name: len(compiled(Path(name).name, text)) for name, text in alone.items()}


def main() -> int:
    """Print the table; 1 when the total is over the budget."""
    found = sizes(installed())
    total = sum(found.values())
    print(table(("source file, compiled alone", "bytes"), _largest_first(shares())))
    rows = [*_largest_first(found), ("total", total), ("budget", BUDGET_BYTES)]
    print("\n" + table(("installed file", "bytes"), rows))
    if total > BUDGET_BYTES:
        print(f"{total - BUDGET_BYTES} bytes over the budget", file=sys.stderr)
    return int(total > BUDGET_BYTES)


def _largest_first(found: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda row: -row[1])


if __name__ == "__main__":
    sys.exit(main())
