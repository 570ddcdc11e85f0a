"""`make docs`: writes the parts of the documents that are made from data.

A part stands between `<!-- made: name -->` and `<!-- end: name -->`; what was written there by
hand is lost. A test compares, so a document never says other than the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from host_tools import alarms
from host_tools.cli import helps, problems
from host_tools.link import table
from host_tools.rx import library
from host_tools.wiring import drawing, tables
from host_tools.wiring.wires import profile_of, pumps
from tools import capture, detection
from tools.requirements import ROOT

SECTIONS: Mapping[str, tuple[str, Callable[[], str]]] = {  # name -> document, text
    "alarms": ("README.md", alarms.markdown),
    "exit codes": ("README.md", problems.markdown),
    "commands": ("README.md", helps.markdown),
    "fluids": ("docs/PRESCRIPTIONS.md", library.markdown),
    "requests": ("docs/PROTOCOL.md", table.markdown),
    "capture": ("docs/PROTOCOL.md", capture.markdown),
    "detection": ("docs/DETECTION.md", detection.markdown),
    "pins": ("README.md", tables.pins_markdown),
    "bill": ("README.md", tables.bill_markdown),
    "wiring therapy-step": ("docs/WIRING.md", tables.document("therapy-step")),
    "wiring uln2003": ("docs/WIRING.md", tables.document("uln2003")),
    "wiring dc": ("docs/WIRING.md", tables.document("dc")),
}


def drawings() -> dict[str, str]:
    """Drawings of the documents, by their files."""
    return {f"{tables.DRAWINGS}/{name}.svg": drawing.drawing(profile_of(name)) for name in pumps()}


def renewed(text: str, name: str, made: str) -> str:
    """A document with its part of that name made anew; ValueError unless it is there once."""
    begin, end = f"<!-- made: {name} -->", f"<!-- end: {name} -->"
    if (text.count(begin), text.count(end)) != (1, 1):
        raise ValueError(f"no part {name}")
    part = re.compile(re.escape(begin) + ".*" + re.escape(end), re.DOTALL)
    return part.sub(lambda _found: f"{begin}\n{made}\n{end}", text)


def main() -> None:
    """Write every part and drawing."""
    for name, (path, make) in SECTIONS.items():
        document = ROOT / path
        document.write_text(renewed(document.read_text(), name, make()))
    for path, svg in drawings().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(svg)


if __name__ == "__main__":
    main()
