"""`python -m host_tools.year`: a year of ordinary use on the virtual Pico, and its picture.

Exit code 0: ledger, plant, journal and refill history agree; 1: they do not.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from host_tools.demo.table import verdict
from host_tools.year.claims import check
from host_tools.year.evidence import Evidence
from host_tools.year.figures import Figures, figures_of
from host_tools.year.picture import year_picture
from host_tools.year.run import YearRun
from host_tools.year.scenario import Scenario


def main(argv: list[str] | None = None) -> int:
    """Live through it, show it, judge it."""
    args = _arguments(argv)
    console = Console(width=max(Console().width, 100))
    evidence = live(Scenario(days=args.days, seed=args.seed), console)
    figures = figures_of(evidence)
    claims = check(figures, evidence)
    args.out.mkdir(parents=True, exist_ok=True)
    year_picture(figures, evidence, args.out / "year.png")
    console.print(summary(figures, evidence))
    console.print(verdict(claims))
    console.print(f"  {args.out / 'year.png'}: all of it on one page", highlight=False)
    return 0 if all(claim.holds for claim in claims) else 1


def live(scenario: Scenario, console: Console) -> Evidence:
    """Run it behind a progress bar."""
    columns = (
        TextColumn("{task.description}"), BarColumn(None), TaskProgressColumn(),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    gc.collect()
    gc.freeze()  # what is loaded stays: it need not be searched for garbage all year
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{scenario.date(0):%d %b}", total=scenario.end_s)

        def show(t_s: float) -> None:
            bar.update(task, completed=t_s, description=f"{scenario.date(t_s):%d %b}")

        return YearRun(scenario).run(show)


def summary(figures: Figures, evidence: Evidence) -> str:
    """Some lines for a person."""
    status, given = evidence.status, len(figures.boluses)
    return (
        f"{evidence.scenario.days} days: ordered {figures.ordered_ug / 1000:.3f} mg, "
        f"{figures.given_ug / 1000:.3f} mg left the catheter's tip, in "
        f"{evidence.samples[-1].dispensed_nl / 1e6:.3f} mL and {evidence.edges} steps; "
        f"{evidence.nl(evidence.lost) / 1000:.1f} µL were kept back by the stall.\n"
        f"{given} boluses, {figures.refused} presses refused; {len(evidence.refills)} refills; "
        f"{len(evidence.entries)} journal entries; {status['uncertain_steps']} steps uncertain."
    )


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m host_tools.year", description=__doc__)
    parser.add_argument("--days", type=int, default=365, help="30 or more; the same in less time")
    parser.add_argument("--seed", type=int, default=1, help="of the patient and the doses")
    parser.add_argument(
        "--out", type=Path, default=Path("out/year"), help="folder for the picture"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
