"""A plan as a person reads it, and what the fluid library says to it."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.table import Table

from host_tools.rx.quantity import WEEKDAYS
from host_tools.rx.read import Plan
from picodose import units
from picodose.therapy import fluids

_MODES = {
    "min": "minimum rate",
    "const": "constant rate",
    "day": "day program",
    "week": "week of day programs",
    "periodic": "periodic bolus",
    "bolus": "single bolus",
}
_LIMITED = ("basal rate, an hour", "one bolus", "total of 24 h", "boluses a day")


def amount(volume_nl: int, conc_ug_ml: int, per: str = "") -> str:
    """Write a volume in uL, and its mass in ug where a concentration is known."""
    text = f"{volume_nl / 1000:.10g} uL{per}"
    if conc_ug_ml:
        text += f" ({units.mass_of_volume_ng(volume_nl, conc_ug_ml) / 1000:.10g} ug{per})"
    return text


def table(plan: Plan) -> Table:
    """Return the plan with its totals per 24 h as a rich table."""
    rx, conc = plan.rx, plan.rx.conc_ug_ml
    found = Table(title=f"{plan.title}: {_MODES[rx.mode]}", title_justify="left", show_footer=True)
    total = "total of the bolus" if rx.mode == "bolus" else "total per 24 h"
    found.add_column("from", total)
    found.add_column("rate", amount(rx.allowed_24h_nl(), conc), justify="right")
    count = rx.boluses_per_day() + rx.patient_per_day()
    found.add_column("bolus", f"{count} a day", justify="right")
    for row in _rows(plan):
        found.add_row(*row)
    highest = amount(rx.rate_max_nl_h(), conc, "/h")
    found.caption = (
        f"{_fluid(plan)}; highest rate {highest}; {_fallback(plan)}{_trial(plan)}"
        f"digest {digest(plan)}"
    )
    found.caption_justify = "left"
    return found


def limits_table(plan: Plan) -> Table:
    """Return what the fluid allows beside what the plan asks for, and the overrides it needs."""
    rx, row = plan.rx, fluids.find(plan.rx.fluid)
    said = f"limits of {row[0]}, library {fluids.VERSION}"
    if row[0].startswith("demo-"):
        said += " (illustrative: advice for nobody)"
    found = Table(title=said, title_justify="left")
    for name in ("", "asked", "without a word", "with an override"):
        found.add_column(name, justify="left" if not name else "right")
    for place, _low, high in sorted(fluids.asked(rx)):
        least, soft_least, soft_most, most = row[4 + 4 * place : 8 + 4 * place]
        unit = "" if _LIMITED[place].startswith("boluses") else f" {row[1]}"
        found.add_row(
            _LIMITED[place],
            str(high) if not unit else amount(high, rx.conc_ug_ml),
            f"{soft_least} to {soft_most}{unit}",
            f"{least} to {most}{unit}",
        )
    needed = ", ".join(rx.overrides) or "none"
    found.caption = f"overrides that the fluid needs: {needed}"
    found.caption_justify = "left"
    return found


def digest(plan: Plan) -> str:
    """Return the CRC-32 of the exact bytes that go to the pump."""
    return f"{plan.rx.digest:08x}"


def _rows(plan: Plan) -> list[tuple[str, str, str]]:
    rx, conc = plan.rx, plan.rx.conc_ug_ml
    if rx.mode == "bolus":
        return [("once", "", _bolus(rx.bolus_nl, rx.bolus_ms, conc))]
    rows = []
    for number, steps in enumerate(rx.patterns):
        if rx.mode == "week":
            days = [name for day, name in enumerate(WEEKDAYS) if rx.week[day] == number]
            rows.append((", ".join(days), "", ""))
        for start_min, rate_nl_h, bolus_nl, bolus_ms in steps:
            start = f"{start_min // 60:02}:{start_min % 60:02}"
            rate = amount(rate_nl_h, conc, "/h")
            rows.append((start, rate, _bolus(bolus_nl, bolus_ms, conc)))
    if rx.periodic:
        bolus_nl, bolus_ms, interval_ms = rx.periodic
        rows.append((f"every {_span(interval_ms)}", "", _bolus(bolus_nl, bolus_ms, conc)))
    if rx.patient:
        bolus_nl, bolus_ms, lockout_ms, _most = rx.patient
        often = f"patient, {_span(lockout_ms)} apart, {rx.patient_per_day()} in 24 h"
        rows.append((often, "", _bolus(bolus_nl, bolus_ms, conc)))
    return rows


def _bolus(bolus_nl: int, bolus_ms: int, conc_ug_ml: int) -> str:
    return f"{amount(bolus_nl, conc_ug_ml)} over {_span(bolus_ms)}" if bolus_nl else ""


def _span(ms: int) -> str:
    return f"{ms / 3_600_000:g} h" if ms >= 2 * 3_600_000 else f"{ms / 60_000:g} min"


def _fluid(plan: Plan) -> str:
    conc = plan.rx.conc_ug_ml
    return f"{plan.rx.fluid} at {conc} ug/mL" if conc else str(plan.rx.fluid)


def _fallback(plan: Plan) -> str:
    if plan.rx.mode not in ("day", "week"):
        return ""
    rate = amount(plan.rx.fallback_nl_h, plan.rx.conc_ug_ml, "/h")
    return f"with the clock unknown {rate} and no bolus; "


def _trial(plan: Plan) -> str:
    if plan.rx.trial is None:
        return ""
    days, until_s = plan.rx.trial
    date = datetime(2000, 1, 1) + timedelta(seconds=until_s)
    until = f" or at {date:%Y-%m-%d %H:%M}" if until_s else ""
    return f"a trial that ends after {days} days of running time{until}; "
