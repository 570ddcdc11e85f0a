"""`make bench`: measured speeds in one table; figures to read, no verdict and no timed test.

A benchmark is a function `bench_...` in `tools/benches/*.py`: its first docstring line says what
it measures, and it returns a Figure.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.table import table

BENCHES = Path(__file__).resolve().parent / "benches"


@dataclass(frozen=True)
class Figure:
    """What a benchmark measured: a value, its unit, and the target it is read against, which it
    is to reach or not to pass.
    """

    value: float
    unit: str
    target: float | None = None
    at_most: float | None = None

    def aim(self) -> str:
        """The target in words, "" without one."""
        if self.at_most is not None:
            return f"<= {self.at_most:,.0f}"
        return "" if self.target is None else f">= {self.target:,.0f}"


def benches(folder: Path = BENCHES, wanted: str = "") -> Iterator[Callable[[], Figure]]:
    """Every benchmark whose name contains `wanted`, in order of file and line."""
    for file in sorted(folder.glob("[!_]*.py")):
        module = importlib.import_module(f"tools.benches.{file.stem}")
        for name, member in vars(module).items():
            if name.startswith("bench_") and wanted in f"{file.stem}.{name}":
                yield member


def run(bench: Callable[[], Figure]) -> tuple[str, str, str, str]:
    """One row: what it measures, figure, target, wall time."""
    started = time.perf_counter()
    figure = bench()
    took_s = time.perf_counter() - started
    what = (bench.__doc__ or bench.__name__).splitlines()[0]
    return what, f"{figure.value:,.0f} {figure.unit}", figure.aim(), f"{took_s:.1f} s"


def main() -> int:
    """Run the benchmarks named on the command line, or all of them."""
    rows = [run(bench) for bench in benches(wanted=sys.argv[1] if sys.argv[1:] else "")]
    if not rows:
        print("no benchmark of that name", file=sys.stderr)
        return 1
    print(table(("measured", "figure", "target", "took"), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
