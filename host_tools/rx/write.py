"""A prescription as the text of a file: what read.py reads of it are the same canonical bytes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from host_tools.rx.quantity import WEEKDAYS
from picodose.therapy.prescription import Prescription

_EPOCH = datetime(2000, 1, 1)
_SPANS_MS = ((86_400_000, "day"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms"))
_VOLUMES_NL = ((1_000_000, "mL"), (1_000, "uL"))


def text_of(rx: Prescription, title: str = "") -> str:
    """The text of a prescription file; concentrations and trials included."""
    lines = [f"title = {json.dumps(title, ensure_ascii=False)}"] if title else []
    lines += [f'mode = "{rx.mode}"', f'fluid = "{rx.fluid}"']
    if rx.conc_ug_ml:
        lines.append(f'concentration = "{rx.conc_ug_ml} ug/mL"')
    lines += [*_basal(rx), *_extra(rx)]
    return "\n".join(lines) + "\n"


def clock(minute: int) -> str:
    """A minute of the day as "HH:MM"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _basal(rx: Prescription) -> list[str]:
    if rx.mode in ("const", "periodic"):
        return [f"rate = {_rate(rx.fallback_nl_h)}"]
    if rx.mode not in ("day", "week"):
        return []
    lines = [f"fallback = {_rate(rx.fallback_nl_h)}"]
    if rx.mode == "day":
        return lines + _steps(rx.steps, "[[step]]")
    for number, steps in enumerate(rx.patterns):
        days = [f'"{WEEKDAYS[day]}"' for day in range(7) if rx.week[day] == number]
        lines += ["", "[[pattern]]", f"days = [{', '.join(days)}]"]
        lines += _steps(steps, "[[pattern.step]]")
    return lines


def _steps(steps: tuple[tuple[int, int, int, int], ...], head: str) -> list[str]:
    lines = []
    for minute, rate_nl_h, bolus_nl, bolus_ms in steps:
        lines += ["", head, f'at = "{clock(minute)}"', f"rate = {_rate(rate_nl_h)}"]
        if bolus_nl:
            lines.append(f"bolus = {{ volume = {_volume(bolus_nl)}, over = {_span(bolus_ms)} }}")
    return lines


def _extra(rx: Prescription) -> list[str]:
    """What stands in tables of its own behind the basal rate."""
    lines: list[str] = []
    if rx.mode in ("periodic", "bolus"):
        lines += ["", "[bolus]", f"volume = {_volume(rx.bolus_nl)}"]
        lines.append(f"over = {_span(rx.bolus_ms)}")
    if rx.periodic:
        lines.append(f"every = {_span(rx.periodic[2])}")
    if rx.patient:
        amount_nl, over_ms, lockout_ms, most = rx.patient
        lines += ["", "[patient]", f"volume = {_volume(amount_nl)}", f"over = {_span(over_ms)}"]
        lines += [f"lockout = {_span(lockout_ms)}", f"max_per_24h = {most}"]
    return lines + _trial(rx)


def _trial(rx: Prescription) -> list[str]:
    """As it was ordered: rx.trial has days also where only a date was."""
    if not rx.trial:
        return []
    days, until_s = json.loads(rx.raw)["trial"]
    lines = ["", "[trial]"]
    if days:
        lines.append(f"days = {days}")
    if until_s:
        lines.append(f'until = "{_EPOCH + timedelta(seconds=until_s):%Y-%m-%d %H:%M}"')
    return lines


def _rate(rate_nl_h: int) -> str:
    return f'"{_number(rate_nl_h, 1_000)} uL/h"'


def _volume(volume_nl: int) -> str:
    size, unit = next(one for one in _VOLUMES_NL if volume_nl >= one[0] or one[0] == 1_000)
    return f'"{_number(volume_nl, size)} {unit}"'


def _span(ms: int) -> str:
    size, unit = next(one for one in _SPANS_MS if ms % one[0] == 0)
    return f'"{ms // size} {unit}"'


def _number(value: int, size: int) -> str:
    """An exact decimal number."""
    whole, part = divmod(value, size)
    digits = f"{part:0{len(str(size)) - 1}}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
