"""`make size`: what every device file weighs once compiled, against the budget."""

from __future__ import annotations

import sys
from pathlib import Path

from host_tools.build import AS_SOURCE, DEVICE, compiled, installed
from tools.table import table

BUDGET_BYTES = 52_000  # all of device/ compiled: what is left of the heap pays for the rest


def sizes(folder: Path = DEVICE) -> dict[str, int]:
    """Compiled bytes of every Python file, boot.py and main.py included."""
    files = installed(folder)
    found = {name: len(content) for name, content in files.items() if name.endswith(".mpy")}
    sources = [name for name in AS_SOURCE if name in files]
    return found | {name: len(compiled(name, files[name].decode())) for name in sources}


def main() -> int:
    """Print the table; 1 when the total is over the budget."""
    found = sizes()
    total = sum(found.values())
    rows = [(name, size) for name, size in sorted(found.items(), key=lambda row: -row[1])]
    print(table(("file", "bytes"), [*rows, ("total", total), ("budget", BUDGET_BYTES)]))
    if total > BUDGET_BYTES:
        print(f"{total - BUDGET_BYTES} bytes over the budget", file=sys.stderr)
    return int(total > BUDGET_BYTES)


if __name__ == "__main__":
    sys.exit(main())
