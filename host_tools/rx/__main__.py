"""`python -m host_tools.rx FILE`: a plan and its fluid's limits, or every mistake in it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from host_tools.rx.read import BadPlanError, limits_of, read_plan
from host_tools.rx.show import limits_table, table


def main(argv: list[str] | None = None) -> int:
    """Return 0 for a good file, 1 for one with mistakes, 2 for none."""
    parser = argparse.ArgumentParser(prog="python -m host_tools.rx", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--profile", default="active", help="pump profile in device/profiles")
    args = parser.parse_args(argv)
    try:
        plan = read_plan(args.file, limits_of(args.profile))
    except BadPlanError as problem:
        print(problem, file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError) as problem:
        print(f"{args.file} cannot be read: {problem}", file=sys.stderr)
        return 2
    console = Console()
    console.print(table(plan))
    console.print(limits_table(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
