"""Lives through short days."""

from __future__ import annotations

from pathlib import Path

from host_tools.demo.evidence import Evidence
from host_tools.demo.oracle import order_of
from host_tools.demo.run import DayRun
from host_tools.demo.scenario import short_day
from host_tools.rx import limits_of, read_plan

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "host_tools" / "examples"


def live_short(name: str, seed: int = 1) -> Evidence:
    """Two hours from 06:00 with an example prescription."""
    path, scenario = EXAMPLES / f"{name}.toml", short_day(seed)
    order = order_of(path.read_text(), 250, scenario.start_s, scenario.duration_s, 600)
    return DayRun(read_plan(path, limits_of()), order, scenario).run()
