"""Start-up curve and trumpet curves after IEC 60601-2-24 (accuracy tests of volumetric pumps).

With S the sample interval in minutes, r the rate that was set, V(t) the volume given by minute t:

    flow of a sample       Q(t) = 60 x (V(t) - V(t - S)) / S
    mean error             A = 100 x (Q - r) / r           over the whole analysis period
    error of a window      E(t) = (S / P) x sum over its P/S samples of 100 x (Q - r) / r
                                = 100 x (60 x (V(t + P) - V(t)) / (P x r) - 1)
    trumpet                Ep(max) and Ep(min): the largest and smallest E(t), for every start t of
                           the grid of S at which a window of P minutes fits into the period

The standard asks for S = 0.5 min over 120 min, the second hour as analysis period, and windows of
2, 5, 11, 19 and 31 min. For a pump that gives in pulses, windows of whole pulse cycles are added:
any other window shows its own length as well as the pump (Bissig et al., 2022, doi
10.1515/bmt-2022-0040). The standard leaves implantable pumps out: this is a method, not a claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from host_tools.trumpet.samples import Sample, ScaleLogError, volume_at

SAMPLE_MIN = 0.5
WINDOWS_MIN = (2.0, 5.0, 11.0, 19.0, 31.0)
CYCLES = (1, 2, 5, 10)
PERIOD_MIN = (60.0, 120.0)
_NEAR = 1e-9


@dataclass(frozen=True)
class Window:
    """One length of the trumpet; cycles: how many pulse cycles it is, 0 for the standard's."""

    minutes: float
    cycles: int
    max_percent: float
    min_percent: float


@dataclass(frozen=True)
class Curves:
    """start_up: (minute, uL/h) of every sample from the start on."""

    rate_ul_h: float
    sample_min: float
    period_min: tuple[float, float]
    mean_percent: float
    windows: tuple[Window, ...]
    start_up: tuple[tuple[float, float], ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return asdict(self)

    def picture(self, path: Path, title: str) -> None:
        """Draw both curves to a PNG, SVG or PDF."""
        from host_tools.trumpet.picture import curves_picture

        curves_picture(self, path, title)


def curves(
    samples: Sequence[Sample],
    rate_ul_h: float,
    cycle_min: float = 0.0,
    period_min: tuple[float, float] = PERIOD_MIN,
    sample_min: float = SAMPLE_MIN,
) -> Curves:
    """Compute both from (minute, uL) readings; cycle_min: a pulse cycle of the pump, 0 for none.

    Readings between the grid's minutes are joined by lines. Raises ScaleLogError where the log
    ends before the analysis period, ValueError for a rate or an interval that is not above 0.
    """
    if rate_ul_h <= 0 or sample_min <= 0 or period_min[1] - period_min[0] < sample_min:
        raise ValueError(f"rate {rate_ul_h}, interval {sample_min}, period {period_min}")
    begin, end = period_min
    if samples[-1][0] < end - _NEAR:
        raise ScaleLogError(
            f"the log ends after {samples[-1][0]:.1f} min, the analysis period at {end:g} min",
            "the pump ran too short, or another period is meant",
            "run longer, or name a period that the log covers",
        )
    grid = _gridded(samples, sample_min, samples[-1][0])
    flow = [60 * (b - a) / sample_min for a, b in zip(grid, grid[1:], strict=False)]
    windows = [_window(samples, rate_ul_h, p, n, period_min, sample_min)
               for p, n in _lengths(cycle_min, sample_min, end - begin)]  # fmt: skip
    given = volume_at(samples, end)[0] - volume_at(samples, begin)[0]
    return Curves(
        rate_ul_h, sample_min, (begin, end),
        100 * (60 * given / (end - begin) / rate_ul_h - 1), tuple(windows),
        tuple(((k + 1) * sample_min, q) for k, q in enumerate(flow)),
    )  # fmt: skip


def _lengths(cycle: float, sample_min: float, most: float) -> list[tuple[float, int]]:
    """(minutes, cycles) of every window that fits, shortest first."""
    found = [(minutes, 0) for minutes in WINDOWS_MIN]
    if cycle > 0:
        found += [(n * cycle, n) for n in CYCLES]
    return sorted((p, n) for p, n in found if sample_min - _NEAR <= p <= most + _NEAR)


def _window(
    samples: Sequence[Sample], rate: float, p: float, cycles: int,
    period: tuple[float, float], sample_min: float,
) -> Window:  # fmt: skip
    starts = int((period[1] - period[0] - p) / sample_min + _NEAR) + 1
    errors, head, tail = [], 0, 0
    for k in range(starts):
        at = period[0] + k * sample_min
        before, tail = volume_at(samples, at, tail)
        after, head = volume_at(samples, at + p, max(head, tail))
        errors.append(100 * (60 * (after - before) / (p * rate) - 1))
    return Window(p, cycles, max(errors), min(errors))


def _gridded(samples: Sequence[Sample], sample_min: float, end: float) -> list[float]:
    found, at = [], 0
    for k in range(int(end / sample_min + _NEAR) + 1):
        volume, at = volume_at(samples, k * sample_min, at)
        found.append(volume)
    return found
