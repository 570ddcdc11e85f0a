"""Pin tables and bills of material as parts of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import ModuleType

from host_tools.wiring.wires import divider_kohm, parts, profile_of, pumps, wires_of

DRAWINGS = "docs/wiring"
ACTIVE = "therapy-step"


def pins_markdown(name: str = ACTIVE) -> str:
    """The pin table of a profile."""
    rows = [(w.pin, w.gpio, w.to, w.resistor, w.why) for w in wires_of(profile_of(name))]
    return _table(("Pico pin", "GPIO", "goes to", "and a resistor", "why"), rows)


def bill_markdown(name: str = ACTIVE) -> str:
    """The bill of material of a profile."""
    return _table(("pieces", "part", "must"), bill_of(profile_of(name)))


def bill_of(profile: ModuleType) -> list[tuple[int, str, str]]:
    """Pieces, part and what it must be able to do."""
    known = parts()
    listed = known["bill"]["all"][:1] + known["bill"][profile.DRIVER] + known["bill"]["all"][1:]
    rows = [(row.get("count", 1), row["part"], row["must"]) for row in listed]
    pull, pulls = known["values"]["pull"], len(profile.PULLS)
    rows.append((pulls, f"resistor, {pull}", "one at each pin that the profile pulls"))
    upper, lower = divider_kohm(profile)
    worth = "1 %; of the battery's divider"
    if upper == lower:
        rows.append((2, f"resistor, {lower} kΩ", worth))
    else:
        rows += [(1, f"resistor, {kohm} kΩ", worth) for kohm in (upper, lower)]
    rows.append((1, f"capacitor, {known['values']['filter']}", "ceramic; at the battery's pin"))
    return rows


def document(name: str) -> Callable[[], str]:
    """Maker of a profile's whole part: drawing, pins, bill."""

    def make() -> str:
        drawing = f"![Wiring of {name}](wiring/{name}.svg)"
        return "\n\n".join([drawing, pins_markdown(name), bill_markdown(name)])

    return make


def titles() -> dict[str, str]:
    """Profile to the title of its part."""
    return {name: str(parts()["pumps"][name]) for name in pumps()}


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
