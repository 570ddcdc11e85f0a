"""The pump's fluid library as a table for a document."""

from __future__ import annotations

from picodose.therapy import fluids

_PLACES = ("basal an hour", "one bolus", "total of 24 h", "boluses a day")


def markdown() -> str:
    """One row a fluid: soft limits first, hard ones in brackets, in the fluid's unit."""
    head = ["fluid", "concentration, µg/mL", *_PLACES]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for line in fluids.LIBRARY.splitlines():
        row = fluids.find(line.split()[0])
        cells = [f"`{row[0]}`", _span(row[2], row[3])]
        for place in range(len(_PLACES)):
            least, soft_least, soft_most, most = row[4 + 4 * place : 8 + 4 * place]
            unit = "" if place == len(_PLACES) - 1 else " " + row[1].replace("u", "µ")
            cells.append(f"{_span(soft_least, soft_most)}{unit} ({_span(least, most)})")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _span(low: int, high: int) -> str:
    return f"{low} to {high}" if low != high else str(low)
