"""From what was read to canonical bytes, noting every mistake on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from host_tools.rx.model import BolusText, PlanText, StepText
from host_tools.rx.positions import Path
from host_tools.rx.quantity import Amount
from picodose import codes
from picodose.therapy import ranges
from picodose.therapy.limits import Limits

Note = Callable[[Path, str], None]

_NEEDED = {"min": (), "const": ("rate",), "day": ("step",), "bolus": ("bolus",)}
_ALLOWED = {"min": (), "const": ("rate",), "day": ("step", "fallback"), "bolus": ("bolus",)}
_PARTS = ("rate", "fallback", "step", "bolus")


class Checker:
    """Checks one plan against one pump's limits. `note` takes the path of each mistake."""

    def __init__(self, plan: PlanText, limits: Limits, bad: set[Path], note: Note) -> None:
        self._plan = plan
        self._limits = limits
        self._bad = bad  # paths that were read wrongly and are noted already
        self._note = note

    def fields(self) -> dict[str, Any]:
        """Return the fields of the canonical form; parts with mistakes are left out."""
        plan = self._plan
        self._check_keys()
        found: dict[str, Any] = {"v": 2, "mode": plan.mode, "fluid": plan.fluid or "water"}
        found["conc_ug_ml"] = plan.concentration or 0
        rate_nl_h = self._rate(plan.rate, ("rate",))
        steps = [self._step(step, i) for i, step in enumerate(plan.step or ())]
        self._check_order()
        bolus = self._bolus(plan.bolus, ("bolus",))
        fallback = self._rate(plan.fallback, ("fallback",))
        if plan.mode == "const":
            found["rate_nl_h"] = rate_nl_h
        elif plan.mode == "day":
            found["fallback_nl_h"] = fallback or min((step[1] for step in steps), default=0)
            found["steps"] = steps
        elif plan.mode == "bolus":
            found["bolus_nl"], found["bolus_ms"] = bolus
        return found

    def _check_keys(self) -> None:
        mode = self._plan.mode
        self._needed((), self._plan, "mode", 'such as mode = "day"')
        for key in _NEEDED.get(mode or "", ()):
            self._needed((), self._plan, key, f'mode "{mode}" needs it')
        for key in _PARTS:
            if mode and getattr(self._plan, key) is not None and key not in _ALLOWED[mode]:
                self._note((key,), f'"{key}" has no meaning in mode "{mode}"')
        count = len(self._plan.step or ())
        if mode == "day" and self._plan.step is not None and not 1 <= count <= 24:
            self._note(("step",), f"{count} steps; a day has 1 to {ranges.MAX_STEPS}")

    def _needed(self, around: Path, holder: object, key: str, why: str) -> None:
        unread = around in self._bad or (*around, key) in self._bad
        if getattr(holder, key) is None and not unread:
            self._note(around, f'"{key}" is missing ({why})')

    def _step(self, step: StepText, index: int) -> tuple[int, int, int, int]:
        here: Path = ("step", index)
        self._needed(here, step, "at", 'such as at = "07:30"')
        self._needed(here, step, "rate", 'such as rate = "8 uL/h"')
        rate_nl_h = self._rate(step.rate, (*here, "rate"))
        bolus_nl, bolus_ms = self._bolus(step.bolus, (*here, "bolus"))
        return (step.at or 0, rate_nl_h, bolus_nl, bolus_ms)

    def _check_order(self) -> None:
        latest = -1
        for index, step in enumerate(self._plan.step or ()):
            if step.at is not None:
                if step.at <= latest:
                    at = f"{latest // 60:02}:{latest % 60:02}"
                    self._note(("step", index, "at"), f"must be after the step at {at}")
                latest = max(latest, step.at)

    def _rate(self, amount: Amount | None, path: Path) -> int:
        rate_nl_h = self._volume(amount, path)
        if rate_nl_h is not None:
            self._limit(path, ranges.check_rate, "rate_nl_h", rate_nl_h)
        return rate_nl_h or 0

    def _bolus(self, bolus: BolusText | None, path: Path) -> tuple[int, int]:
        if bolus is None:
            return 0, 0
        self._needed(path, bolus, "over", 'such as over = "5 min"')
        read_badly = {(*path, "volume"), (*path, "mass")} & self._bad
        if (bolus.volume is None) == (bolus.mass is None) and not read_badly:
            self._note(path, 'needs either "volume" or "mass"')
        amount_nl = self._volume(bolus.volume or bolus.mass, path)
        if amount_nl is not None and bolus.over is not None:
            self._limit(path, ranges.check_bolus, "bolus", amount_nl, bolus.over)
        return amount_nl or 0, bolus.over or 0

    def _volume(self, amount: Amount | None, path: Path) -> int | None:
        """Return nL or nL/h, None where there is nothing to convert."""
        conc_ug_ml = self._plan.concentration
        if amount is None or (amount.is_mass and ("concentration",) in self._bad):
            return None
        if amount.is_mass and conc_ug_ml is None:
            self._note(path, f'"{amount.text}" needs the key "concentration"')
            return None
        return amount.volume_nl(conc_ug_ml or 0)

    def _limit(self, path: Path, check: Callable[..., None], *values: object) -> None:
        try:
            check(*values, self._limits)
        except codes.Refused as refused:
            self._note(path, in_words(refused))


def in_words(refused: codes.Refused) -> str:
    """Say a refusal of the pump's own check in one line."""
    bound = "" if refused.limit is None else f", limit {refused.limit}"
    hint = f": {refused.hint}" if refused.hint else ""
    return f"{refused.name} {refused.value}{bound}{hint} ({codes.name_of(refused.code)})"
