"""The day program that a person is writing: rows of a table, and the text of a file.

The text is what is sent; rows are a view of it, and a text that says more than rows can (a week,
a mass, a trial) stays text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from host_tools.rx import quantity

_UL = 1000
_MIN_MS = 60_000


class NotRowsError(ValueError):
    """The text cannot be shown as rows; the message says why."""


@dataclass
class Step:
    """One row, as typed: from `at` on `rate` µL/h, and a bolus of `bolus` µL over `over` min."""

    at: str
    rate: str
    bolus: str = ""
    over: str = ""


@dataclass
class Draft:
    """All rows; `patient`: amount µL, over min, lockout h, count a day, all empty for none."""

    title: str = "Day program"
    fallback: str = ""
    steps: list[Step] = field(default_factory=list)
    patient: list[str] = field(default_factory=lambda: ["", "", "", ""])


EXAMPLE = Draft(
    "Day and night",
    "8",
    [
        Step("00:00", "8"),
        Step("06:30", "24", "4", "10"),
        Step("09:00", "18"),
        Step("17:30", "22", "5", "10"),
        Step("21:00", "12"),
    ],
    ["2", "5", "4", "3"],
)
"""What a pump without a prescription is offered."""


def to_text(draft: Draft) -> str:
    """The prescription file of these rows. What was typed goes in as it is: whatever is wrong with
    it is told by who reads the file.
    """
    lines = [f"title = {_quoted(draft.title)}", 'mode = "day"', 'fluid = "water"']
    if draft.fallback:
        lines.append(f"fallback = {_quoted(draft.fallback + ' uL/h')}")
    for step in draft.steps:
        lines += [
            "",
            "[[step]]",
            f"at = {_quoted(step.at)}",
            f"rate = {_quoted(step.rate + ' uL/h')}",
        ]
        if step.bolus or step.over:
            volume, over = _quoted(step.bolus + " uL"), _quoted(step.over + " min")
            lines.append(f"bolus = {{ volume = {volume}, over = {over} }}")
    if any(draft.patient):
        lines += ["", *_patient_lines(*draft.patient)]
    return "\n".join(lines) + "\n"


def _patient_lines(amount: str, over: str, lockout: str, count: str) -> list[str]:
    return [
        "[patient]",
        f"volume = {_quoted(amount + ' uL')}",
        f"over = {_quoted(over + ' min')}",
        f"lockout = {_quoted(lockout + ' h')}",
        f"max_per_24h = {count if count.isdigit() else _quoted(count)}",
    ]


def _quoted(text: str) -> str:
    """A TOML string on one line."""
    kept = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else " " for letter in kept) + '"'


def from_text(text: str) -> Draft:
    """The rows of a file; NotRowsError where rows cannot say it all."""
    try:
        file = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotRowsError(f"this is no TOML yet: {error}") from None
    _only(file, "title", "mode", "fluid", "fallback", "step", "patient")
    if file.get("mode") != "day" or file.get("fluid", "water") != "water":
        raise NotRowsError("rows are for a day program of water; this is another one")
    try:
        return _rows(file)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotRowsError(f"rows cannot show this: {error}") from None


def _rows(file: Mapping[str, Any]) -> Draft:
    fallback = file.get("fallback")
    steps = [_step(row) for row in file.get("step", [])]
    patient = [""] * 4
    if row := file.get("patient"):
        _only(row, "volume", "over", "lockout", "max_per_24h")
        lockout = _number(quantity.span_ms(row["lockout"]), 60 * _MIN_MS)
        amount, over = _bolus(row)
        patient = [amount, over, lockout, str(row["max_per_24h"])]
    return Draft(str(file.get("title", "")), _rate(fallback) if fallback else "", steps, patient)


def _step(row: Mapping[str, Any]) -> Step:
    _only(row, "at", "rate", "bolus")
    bolus = row.get("bolus", {})
    _only(bolus, "volume", "over")
    amount, over = _bolus(bolus) if bolus else ("", "")
    return Step(str(row["at"]), _rate(row["rate"]), amount, over)


def _bolus(row: Mapping[str, Any]) -> tuple[str, str]:
    amount = quantity.volume(row["volume"]).value
    return _number(amount, _UL), _number(quantity.span_ms(row["over"]), _MIN_MS)


def _rate(written: object) -> str:
    amount = quantity.rate(written)
    if amount.is_mass:
        raise NotRowsError("it orders a mass")
    return _number(amount.value, _UL)


def _number(value: Fraction | int, unit: int) -> str:
    """A number without an end, exactly, or NotRowsError."""
    shown = f"{float(Fraction(value) / unit):.6f}".rstrip("0").rstrip(".")
    if Fraction(shown) * unit != value:
        raise NotRowsError("a number has too many places for rows")
    return shown


def _only(table: Mapping[str, Any], *known: str) -> None:
    if more := [key for key in table if key not in known]:
        raise NotRowsError(f"rows do not have: {', '.join(more)}")
