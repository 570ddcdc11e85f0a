"""`python -m host_tools.demo`: dose a day of water from a prescription file on the virtual Pico.

Exit code 0: every claim of the table holds; 1: one does not, or the file has mistakes; 2: no file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from host_tools.demo.claims import check
from host_tools.demo.evidence import Evidence
from host_tools.demo.figures import figures_of
from host_tools.demo.files import write_all
from host_tools.demo.oracle import Order, order_of
from host_tools.demo.run import DayRun
from host_tools.demo.scenario import RESERVOIR_LOW_NL, START_S, Scenario, short_day
from host_tools.demo.table import report
from host_tools.rx import BadPlanError, Plan, limits_of, read_plan
from host_tools.rx.show import table as plan_table
from profiles import active as profile

_EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "day_night.toml"


def main(argv: list[str] | None = None) -> int:
    """Live through the day, show it, judge it."""
    args = _arguments(argv)
    try:
        plan = read_plan(args.rx, limits_of())
    except BadPlanError as problem:
        print(problem, file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError) as problem:
        print(f"{args.rx} cannot be read: {problem}", file=sys.stderr)
        return 2
    scenario = short_day(args.seed) if args.short else Scenario(seed=args.seed)
    console = Console(width=max(Console().width, 100))
    evidence = live(plan, ordered(args.rx, scenario), scenario, console)
    figures = figures_of(evidence)
    claims = check(figures, evidence)
    console.print(report(figures, evidence, claims))
    for name, about in write_all(figures, evidence, args.out):
        console.print(f"  {args.out / name}: {about}", highlight=False)
    return 0 if all(claim.holds for claim in claims) else 1


def ordered(path: Path, scenario: Scenario) -> Order:
    """What the file orders on the scenario's day, by the second opinion."""
    return order_of(
        path.read_text(encoding="utf-8"), profile.RATE_MIN_NL_H, scenario.start_s,
        scenario.duration_s, scenario.bolus_s, scenario.weekday, START_S,
    )  # fmt: skip


def live(plan: Plan, order: Order, scenario: Scenario, console: Console) -> Evidence:
    """Run the day behind a progress bar."""
    console.print(plan_table(plan))
    fill_ml = scenario.fill_nl(order) / 1e6
    console.print(
        f"The virtual pump was commissioned with {fill_ml:.2f} mL in its bag (*low* is "
        f"{RESERVOIR_LOW_NL / 1e6:g} mL) and partly used cells.\n"
    )
    columns = (
        TextColumn("{task.description}"), BarColumn(None), TaskProgressColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(scenario.clock(0)[:5], total=scenario.duration_s)

        def show(t_s: float) -> None:
            bar.update(task, completed=t_s, description=scenario.clock(t_s)[:5])

        return DayRun(plan, order, scenario).run(show)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m host_tools.demo", description=__doc__)
    parser.add_argument("--rx", type=Path, default=_EXAMPLE, help="prescription file (TOML)")
    parser.add_argument("--seed", type=int, default=1, help="of noise on the bench")
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="folder for the files")
    parser.add_argument("--short", action="store_true", help="two hours instead of a day")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
