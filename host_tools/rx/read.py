"""Read a prescription file: every mistake at once with its line, or a plan ready to send."""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from host_tools.link.errors import PumpError
from host_tools.rx.check import Checker, in_words
from host_tools.rx.model import PlanText
from host_tools.rx.positions import Path, Positions, line_in_message
from picodose import codes
from picodose.therapy import prescription
from picodose.therapy.limits import Limits

_KEYS: dict[str, Path] = {  # what the pump names -> the key in the file
    "fluid": ("fluid",),
    "conc_ug_ml": ("concentration",),
    "interval_ms": ("bolus", "every"),
    "lockout_ms": ("patient", "lockout"),
    "max_per_24h": ("patient", "max_per_24h"),
    "days": ("trial", "days"),
}


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake: the line (from 1), the key it is about, what to do."""

    line: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.where + ': ' if self.where else ''}{self.what}"


@dataclass(frozen=True)
class Plan:
    """A checked plan. raw: canonical bytes; rx: the device's own view of them."""

    title: str
    raw: bytes
    rx: prescription.Prescription


class BadPlanError(PumpError):
    """The file is no prescription for this pump; `mistakes` holds all of them, by line."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        listed = "".join(f"\n  {mistake}" for mistake in mistakes)
        super().__init__(
            f"{name} has {len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}{listed}",
            safe="Nothing was sent; the pump goes on with what it was doing.",
            cause="typing; host_tools/examples/ holds files that work",
            command=f"correct the file, then: python -m host_tools.rx {name}",
        )


def limits_of(profile: str = "active") -> Limits:
    """Return the limits of a pump profile in device/profiles."""
    data = importlib.import_module(f"profiles.{profile}")
    return Limits(
        data.RATE_MIN_NL_H,
        data.RATE_MAX_NL_H,
        data.BOLUS_MAX_NL,
        data.BOLUS_RATE_MAX_NL_H,
        data.CAPS,
        data.STEP_MAX_NL,
    )


def read_plan(path: FilePath, limits: Limits) -> Plan:
    """Read and check a file; raises BadPlanError, and OSError where there is no file."""
    return plan_of(path.read_text(encoding="utf-8"), str(path), limits)


def plan_of(text: str, name: str, limits: Limits) -> Plan:
    """Check the text of a prescription file; raises BadPlanError."""
    positions = Positions(text)
    values = _values(text, name, positions)
    mistakes: list[Mistake] = []
    noted: set[Path] = set()

    def note(path: Path, what: str) -> None:
        noted.add(path)
        mistakes.append(Mistake(positions.line(path), _written(path), what))

    model = _read_kinds(values, note)
    fields = Checker(model, limits, noted.copy(), note).fields()
    if not mistakes:
        raw = prescription.encode(fields)
        try:
            return Plan(model.title or FilePath(name).stem, raw, prescription.parse(raw, limits))
        except codes.Refused as refused:
            note(_KEYS.get(refused.name, ()), in_words(refused))
    raise BadPlanError(name, sorted(mistakes))


def _values(text: str, name: str, positions: Positions) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        last = text.count("\n") + 1
        first = line_in_message(str(problem)) or last
        lines = [line for line in positions.unreadable_lines() if line != first]
        mistakes = [Mistake(line, "", "not TOML") for line in lines]
        raise BadPlanError(name, sorted([*mistakes, Mistake(first, "", str(problem))])) from None


def _read_kinds(values: dict[str, Any], note: Any) -> PlanText:
    """Read each value by its kind; what is wrong is noted and taken out, the rest kept."""
    try:
        return PlanText.model_validate(values)
    except ValidationError as problem:
        for error in problem.errors():
            path: Path = error["loc"]
            note(path, _kind_mistake(error, path))
            _take_out(values, path)
    return PlanText.model_validate(values)


def _kind_mistake(error: Any, path: Path) -> str:
    if error["type"] == "extra_forbidden":
        return "no such key"
    if path == ("fluid",):
        return "1 to 16 small letters, digits and hyphens"
    said: str = error["msg"]
    return said.removeprefix("Value error, ")


def _take_out(values: Any, path: Path) -> None:
    """Remove a value; a table in a list becomes empty, so that the others keep their numbers."""
    if path[-2:-1] == ("days",):
        path = path[:-1]  # a list of names goes as a whole
    for part in path[:-1]:
        values = values[part]
    if isinstance(path[-1], int):
        values[path[-1]] = {}
    else:
        values.pop(path[-1], None)


def _written(path: Path) -> str:
    """Write a path as a person counts: step 2, bolus."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words)
