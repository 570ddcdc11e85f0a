"""Flash wear (REC-3)."""

from __future__ import annotations

from tools.bench import Figure
from tools.wear import in_ten_years


def bench_wear() -> Figure:
    """REC-3 erases of the busiest sector in 10 years (fewer than 20,000)"""
    return Figure(in_ten_years(), "erases")
