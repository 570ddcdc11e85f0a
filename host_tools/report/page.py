"""The report as one HTML page: no script, no network, its pictures inside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from host_tools.book import Book, Pump
from host_tools.book.export import local_time
from host_tools.report import parts
from host_tools.report.facts import Facts, facts_of
from host_tools.report.pictures import pictures

_TEMPLATE = Path(__file__).resolve().parent / "page.html"


def report_html(
    book: Book, pump: Pump, status: Mapping[str, Any] | None = None, wall_s: int | None = None
) -> str:
    """The report of a pump; status: as read at wall_s (host's clock), else the newest reading."""
    facts = facts_of(book, pump, status, wall_s)
    drawn = pictures(facts)
    return _rendered(
        title=f"Pump {pump.profile}, {pump.serial}",
        subtitle=_subtitle(facts),
        told=[gap.sentence() for gap in facts.gaps],
        tiles=parts.tiles(facts),
        parts=[part for part in parts.parts(facts, drawn) if part],
    )


def _subtitle(facts: Facts) -> str:
    entries = f"{facts.counts[0]} events and {facts.counts[1]} faults in the log"
    if facts.span_s is None:
        return f"Nothing with a time is known; {entries}."
    first, last = (local_time(at)[:16] for at in facts.span_s)
    return f"{first} to {last}, bench local time; {entries}, volume {facts.pump.volume}."


def _rendered(**values: object) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_TEMPLATE.read_text()).render(values)
