"""A plan as a person reads it."""

from __future__ import annotations

from rich.table import Table

from host_tools.rx.read import Plan
from picodose import units

_MODES = {
    "min": "minimum rate",
    "const": "constant rate",
    "day": "day program",
    "bolus": "single bolus",
}


def amount(volume_nl: int, conc_ug_ml: int, per: str = "") -> str:
    """Write a volume in uL, and its mass in ug where a concentration is known."""
    text = f"{volume_nl / 1000:g} uL{per}"
    if conc_ug_ml:
        text += f" ({units.mass_of_volume_ng(volume_nl, conc_ug_ml) / 1000:g} ug{per})"
    return text


def table(plan: Plan) -> Table:
    """Return the plan with its totals per 24 h as a rich table."""
    rx, conc = plan.rx, plan.rx.conc_ug_ml
    found = Table(title=f"{plan.title}: {_MODES[rx.mode]}", title_justify="left", show_footer=True)
    total = "total of the bolus" if rx.mode == "bolus" else "total per 24 h"
    found.add_column("from", total)
    found.add_column("rate", amount(rx.total_24h_nl(), conc), justify="right")
    found.add_column("bolus", f"{rx.boluses_per_day()} a day", justify="right")
    if rx.mode == "bolus":
        found.add_row("once", "", _bolus(rx.bolus_nl, rx.bolus_ms, conc))
    for start_min, rate_nl_h, bolus_nl, bolus_ms in rx.steps:
        start = f"{start_min // 60:02}:{start_min % 60:02}"
        found.add_row(start, amount(rate_nl_h, conc, "/h"), _bolus(bolus_nl, bolus_ms, conc))
    highest = amount(rx.rate_max_nl_h(), conc, "/h")
    found.caption = (
        f"{_fluid(plan)}; highest rate {highest}; {_fallback(plan)}digest {digest(plan)}"
    )
    found.caption_justify = "left"
    return found


def digest(plan: Plan) -> str:
    """Return the CRC-32 of the exact bytes that go to the pump."""
    return f"{plan.rx.digest:08x}"


def _bolus(bolus_nl: int, bolus_ms: int, conc_ug_ml: int) -> str:
    if not bolus_nl:
        return ""
    return f"{amount(bolus_nl, conc_ug_ml)} over {bolus_ms / 60000:g} min"


def _fluid(plan: Plan) -> str:
    conc = plan.rx.conc_ug_ml
    return f"{plan.rx.fluid} at {conc} ug/mL" if conc else str(plan.rx.fluid)


def _fallback(plan: Plan) -> str:
    if plan.rx.mode != "day":
        return ""
    rate = amount(plan.rx.fallback_nl_h, plan.rx.conc_ug_ml, "/h")
    return f"with the clock unknown {rate} and no bolus; "
