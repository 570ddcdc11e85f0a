"""From what was read to canonical bytes, noting every mistake on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from host_tools.link import amounts
from host_tools.rx.model import BolusText, PatientText, PlanText, StepText
from host_tools.rx.positions import Path
from host_tools.rx.quantity import WEEKDAYS, Amount
from picodose import codes
from picodose.therapy import ranges
from picodose.therapy.limits import Limits

Note = Callable[[Path, str], None]
Step = tuple[int, int, int, int]

_NEEDED = {
    "min": (),
    "const": ("rate",),
    "day": ("step",),
    "week": ("pattern",),
    "periodic": ("bolus",),
    "bolus": ("bolus",),
}
_LASTING = ("patient", "trial")
_ALLOWED = {
    "min": _LASTING,
    "const": ("rate", *_LASTING),
    "day": ("step", "fallback", *_LASTING),
    "week": ("pattern", "fallback", *_LASTING),
    "periodic": ("rate", "bolus", *_LASTING),
    "bolus": ("bolus",),
}
_PARTS = ("rate", "fallback", "step", "pattern", "bolus", *_LASTING)


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
        found.update(self._basal())
        bolus = self._bolus(plan.bolus, ("bolus",))
        if plan.mode in ("bolus", "periodic"):
            found["bolus_nl"], found["bolus_ms"] = bolus
            found["interval_ms"] = self._every()
        if plan.patient is not None:
            found["patient"] = self._patient(plan.patient)
        if plan.trial is not None:
            if not (plan.trial.days or plan.trial.until or ("trial",) in self._bad):
                self._note(("trial",), 'needs "days" or "until"')
            found["trial"] = (plan.trial.days or 0, plan.trial.until or 0)
        return found

    def _basal(self) -> dict[str, Any]:
        """The rate, or the steps of a day or of each pattern."""
        plan = self._plan
        rate_nl_h = self._rate(plan.rate, ("rate",))
        steps = self._steps(plan.step or (), ())
        patterns = [
            self._steps(pattern.step or (), ("pattern", index))
            for index, pattern in enumerate(plan.pattern or ())
        ]
        lowest = min((step[1] for day in [steps, *patterns] for step in day), default=0)
        fallback_nl_h = self._rate(plan.fallback, ("fallback",)) or lowest
        if plan.mode == "day":
            return {"fallback_nl_h": fallback_nl_h, "steps": steps}
        if plan.mode == "week":
            found = {"fallback_nl_h": fallback_nl_h, "week": self._week()}
            return {**found, "patterns": patterns}
        return {"rate_nl_h": rate_nl_h or self._limits.rate_min_nl_h}

    def _check_keys(self) -> None:
        mode = self._plan.mode
        self._needed((), self._plan, "mode", 'such as mode = "day"')
        for key in _NEEDED.get(mode or "", ()):
            self._needed((), self._plan, key, f'mode "{mode}" needs it')
        for key in _PARTS:
            if mode and getattr(self._plan, key) is not None and key not in _ALLOWED[mode]:
                self._note((key,), f'"{key}" has no meaning in mode "{mode}"')

    def _needed(self, around: Path, holder: object, key: str, why: str) -> None:
        unread = around in self._bad or (*around, key) in self._bad
        if getattr(holder, key) is None and not unread:
            self._note(around, f'"{key}" is missing ({why})')

    def _steps(self, steps: Sequence[StepText], around: Path) -> list[Step]:
        asked = self._plan.step is not None if not around else True
        if asked and not 1 <= len(steps) <= ranges.MAX_STEPS:
            said = f"{len(steps)} steps; a day has 1 to {ranges.MAX_STEPS}"
            self._note((*around, "step"), said)
        self._check_order(steps, around)
        return [self._step(step, (*around, "step", i)) for i, step in enumerate(steps)]

    def _step(self, step: StepText, here: Path) -> Step:
        self._needed(here, step, "at", 'such as at = "07:30"')
        self._needed(here, step, "rate", 'such as rate = "8 uL/h"')
        rate_nl_h = self._rate(step.rate, (*here, "rate"))
        bolus_nl, bolus_ms = self._bolus(step.bolus, (*here, "bolus"))
        return (step.at or 0, rate_nl_h, bolus_nl, bolus_ms)

    def _check_order(self, steps: Sequence[StepText], around: Path) -> None:
        latest = -1
        for index, step in enumerate(steps):
            if step.at is not None:
                if step.at <= latest:
                    at = f"{latest // 60:02}:{latest % 60:02}"
                    path = (*around, "step", index, "at")
                    self._note(path, f"must be after the step at {at}")
                latest = max(latest, step.at)

    def _week(self) -> list[int]:
        """The pattern of each day, Monday first; every day has exactly one."""
        found: dict[int, int] = {}
        for index, pattern in enumerate(self._plan.pattern or ()):
            here: Path = ("pattern", index)
            self._needed(here, pattern, "days", 'such as days = ["sat", "sun"]')
            for day in pattern.days or ():
                if day in found:
                    self._note((*here, "days"), f'"{WEEKDAYS[day]}" has a pattern already')
                found[day] = index
        missing = [name for day, name in enumerate(WEEKDAYS) if day not in found]
        if missing and not any("days" in path for path in self._bad):
            self._note(("pattern",), f"no pattern for {', '.join(missing)}")
        return [found.get(day, 0) for day in range(7)]

    def _rate(self, amount: Amount | None, path: Path) -> int:
        rate_nl_h = self._volume(amount, path)
        if rate_nl_h is not None:
            self._limit(path, ranges.check_rate, "rate_nl_h", rate_nl_h)
        return rate_nl_h or 0

    def _bolus(self, bolus: BolusText | PatientText | None, path: Path) -> tuple[int, int]:
        if bolus is None:
            return 0, 0
        self._needed(path, bolus, "over", 'such as over = "5 min"')
        read_badly = {(*path, "volume"), (*path, "mass")} & self._bad
        if (bolus.volume is None) == (bolus.mass is None) and not read_badly:
            self._note(path, 'needs either "volume" or "mass"')
        amount_nl = self._volume(bolus.volume or bolus.mass, path)
        if amount_nl is not None and bolus.over is not None:
            self._limit(path, ranges.check_bolus, "bolus", amount_nl, bolus.over)
        if isinstance(bolus, BolusText) and bolus.every is not None:
            if path != ("bolus",) or self._plan.mode != "periodic":
                self._note((*path, "every"), 'only the bolus of mode "periodic" repeats')
        return amount_nl or 0, bolus.over or 0

    def _every(self) -> int:
        bolus = self._plan.bolus
        if self._plan.mode == "periodic" and bolus is not None:
            self._needed(("bolus",), bolus, "every", 'such as every = "4 h"')
        return (bolus.every if bolus else None) or 0

    def _patient(self, patient: PatientText) -> tuple[int, int, int, int]:
        self._needed(("patient",), patient, "lockout", 'such as lockout = "30 min"')
        self._needed(("patient",), patient, "max_per_24h", "such as max_per_24h = 6")
        amount = self._bolus(patient, ("patient",))
        return (*amount, patient.lockout or 0, patient.max_per_24h or 0)

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
    told = amounts.bound(refused.code, refused.name, refused.value, refused.limit)
    hint = f": {refused.hint}" if refused.hint else ""
    return f"{told}{hint} ({codes.name_of(refused.code)})"
