"""What weighings show, and whether the pump will take them: the device's own fit is the judge.

Nothing here decides: `good` is what picodose.therapy.calibration says of the very bytes that would
be sent. The rest explains it to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from statistics import mean
from types import ModuleType
from typing import Any

from host_tools.weigh.runs import Run, runs_of
from picodose import codes
from picodose.therapy import calibration

Point = Sequence[int]
_PPM = 10_000  # of a percent
_TREND_PERCENT = 1.0  # between the speeds: worth a word
_SPREAD_PERCENT = 1.0  # between repeats of one speed: worth a word


@dataclass(frozen=True)
class Residual:
    """One weighing beside the fit of all: volume_nl of the water, off_percent of the fit."""

    rate_nl_h: int
    steps: int
    weighed_ug: int
    volume_nl: int
    off_percent: float


@dataclass(frozen=True)
class Verdict:
    """state: "good" (the pump will take it), "more" (weighings are missing) or "refused".

    nl by steps: the exact fit, both 0 where there is none. words: sentences for a person.
    """

    state: str
    nl: int
    steps: int
    nominal_percent: float
    worst_percent: float
    residuals: tuple[Residual, ...]
    left: tuple[Run, ...]
    words: tuple[str, ...]

    @property
    def good(self) -> bool:
        """The pump will take these weighings."""
        return self.state == "good"

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {**asdict(self), "good": self.good}


def judge(
    points: Sequence[Point], density_ug_ml: int, profile: ModuleType, wall_s: int
) -> Verdict:
    """Judge weighings (rate_nl_h, steps, weighed_ug) of a pump of this profile, made at wall_s.

    Raises ValueError where a weighing is not three whole numbers; one that no pump can have is a
    refusal in words.
    """
    if any(len(point) != 3 or any(type(one) is not int for one in point) for point in points):
        raise ValueError("a weighing is three whole numbers: nL/h, steps, ug")
    found = residuals(points, density_ug_ml)
    left = tuple(runs_of(profile, points))
    nl, steps = _sums(points, density_ug_ml)
    nominal = Fraction(profile.NL_NUM, profile.STEPS_DEN)
    off = float(Fraction(nl, steps) / nominal - 1) * 100 if steps and nl else 0.0
    worst = max((abs(one.off_percent) for one in found), default=0.0)
    fields = {"pump": profile.NAME, "wall_s": wall_s, "density_ug_ml": density_ug_ml}
    try:
        if not points:  # that would be the nominal value, accepted
            raise codes.Refused(codes.RX_CALIBRATION, "points", 0)
        raw = calibration.encode({**fields, "points": [list(point) for point in points]})
        fit = calibration.fit(raw, profile)
    except codes.Refused as no:
        short = no.name in ("points", "speeds", "repeats")
        state = "more" if short and left else "refused"
        words = (_more(left) if state == "more" else _refusal(no), *_remarks(found))
        return Verdict(state, nl, steps, off, worst, found, left, words)
    words = (_good(fit, off, len(points), profile), *_remarks(found))
    return Verdict("good", fit[0], fit[1], off, fit[3] / _PPM, found, left, words)


def residuals(points: Sequence[Point], density_ug_ml: int) -> tuple[Residual, ...]:
    """Each weighing beside the ratio of the sums of all; empty where that ratio does not exist."""
    steps, weighed = sum(point[1] for point in points), sum(point[2] for point in points)
    if steps <= 0 or weighed <= 0 or density_ug_ml <= 0 or min(p[1] for p in points) <= 0:
        return ()
    return tuple(
        Residual(
            point[0], point[1], point[2], round(point[2] * 1_000_000 / density_ug_ml),
            float(Fraction(point[2] * steps, point[1] * weighed) - 1) * 100,
        )
        for point in points
    )  # fmt: skip


def _sums(points: Sequence[Point], density_ug_ml: int) -> tuple[int, int]:
    steps, weighed = sum(point[1] for point in points), sum(point[2] for point in points)
    return (round(weighed * 1_000_000 / density_ug_ml) if density_ug_ml > 0 else 0), steps


def _good(fit: Sequence[int], off: float, count: int, profile: ModuleType) -> str:
    allowed = profile.CALIBRATION_POINT_PPM / _PPM
    return (
        f"Good: a step moves {fit[0] / fit[1]:.4f} nL, {abs(off):.1f} % "
        f"{'more' if off >= 0 else 'less'} than nominal; the worst of {count} weighings lies "
        f"{fit[3] / _PPM:.2f} % from the fit, {allowed:g} % are allowed."
    )


def _more(left: Sequence[Run]) -> str:
    run = left[0]
    return (
        f"Not enough yet: {len(left)} runs are left, the next one {run.amount_nl / 1000:g} uL at "
        f"{run.rate_nl_h / 1e6:g} mL/h ({run.duration_s} s)."
    )


def _refusal(no: codes.Refused) -> str:
    value = f" is {no.value}" if no.value is not None else ""
    limit = f", the limit is {no.limit}" if no.limit is not None else ""
    return f"The pump would refuse this: {no.name}{value}{limit}. What to do: {no.hint}."


def _remarks(found: Sequence[Residual]) -> Iterator[str]:
    """What a person should know though the pump takes it."""
    speeds = sorted({one.rate_nl_h for one in found})
    means = [mean(o.off_percent for o in found if o.rate_nl_h == speed) for speed in speeds]
    for speed in speeds:
        ours = [one.off_percent for one in found if one.rate_nl_h == speed]
        if max(ours) - min(ours) > _SPREAD_PERCENT:
            yield (
                f"At {speed / 1e6:g} mL/h the weighings differ by {max(ours) - min(ours):.1f} %: "
                "look for air, drops at the tip, and a scale that was not at rest."
            )
    if len(means) > 1 and abs(means[-1] - means[0]) > _TREND_PERCENT:
        yield (
            f"The fastest runs give {abs(means[-1] - means[0]):.1f} % "
            f"{'more' if means[-1] > means[0] else 'less'} a step than the slowest: one number "
            "cannot fit both; weigh at the rates that you will use."
        )
