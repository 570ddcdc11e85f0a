"""`make trace`: requirement, the code that names it, the tests that prove it, the patches.

The table goes to the terminal in short and to out/trace.md in full. A gap in a due requirement
fails the run, and so does a test or a patch that names an id which does not exist.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.patches import Patch, patches
from tools.requirements import ROOT, catalogue, due, needs_patch
from tools.table import table

_CODE = ("device", "shim", "host_tools")


@dataclass
class Row:
    """All that names one requirement."""

    code: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    patches: list[str] = field(default_factory=list)

    def shown(self) -> tuple[str, str, str]:
        """The three columns in short."""
        return _few(self.code), _few({t.split("::")[0] for t in self.tests}), _few(self.patches)


def _few(names: Iterable[str], most: int = 3) -> str:
    stems = sorted({Path(name).stem.removeprefix("test_") for name in names})
    more = f" +{len(stems) - most}" if len(stems) > most else ""
    return ", ".join(stems[:most]) + more


def marks(root: Path = ROOT) -> dict[str, list[str]]:
    """Node id of every test to the ids that it carries, as pytest itself collects them."""
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "marks.json"
        command = [sys.executable, "-m", "pytest", "-q", "--collect-only"]
        command += ["-p", "tools.req_plugin", "--req-list", str(listing)]
        run = subprocess.run(command, cwd=root, capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(
                f"the tests do not collect:\n{run.stdout[-3000:]}{run.stderr[-1000:]}"
            )
        found: dict[str, list[str]] = json.loads(listing.read_text())
        return found


def code_naming(ids: Iterable[str], root: Path = ROOT) -> dict[str, list[str]]:
    """Requirement id to the source files whose text names it."""
    files = [f for part in _CODE for f in sorted((root / part).rglob("*.py"))]
    texts = {f.relative_to(root).as_posix(): f.read_text() for f in files}
    return {i: [name for name, text in texts.items() if _names(text, i)] for i in ids}


def _names(text: str, requirement: str) -> bool:
    after = (text[i + len(requirement) :][:1] for i in _places(text, requirement))
    return any(not following.isdigit() for following in after)


def _places(text: str, wanted: str) -> Iterable[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def rows(
    ids: Sequence[str], tests: Mapping[str, Sequence[str]], broken: Sequence[Patch]
) -> dict[str, Row]:
    """One row for each requirement; unknown ids get a row too, so that they show."""
    code = code_naming(ids)
    found = {i: Row(code=code[i]) for i in ids}
    for test, named in tests.items():
        for requirement in named:
            found.setdefault(requirement, Row()).tests.append(test)
    for patch in broken:
        for requirement in patch.kills:
            found.setdefault(requirement, Row()).patches.append(patch.name)
    return found


def gaps(found: Mapping[str, Row], known: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """What is missing or wrong, one sentence each."""
    wrong = [
        f"{i}: named by {_few(found[i].tests)}{_few(found[i].patches)}, but no such requirement"
        for i in found
        if i not in set(known)
    ]
    for requirement in wanted:
        row = found.get(requirement, Row())
        if not row.tests:
            wrong.append(f"{requirement}: due, and no test names it")
        if needs_patch(requirement) and not row.patches:
            wrong.append(f"{requirement}: due, and no patch in tests/sabotage breaks it")
    return wrong


def markdown(found: Mapping[str, Row], texts: Mapping[str, str]) -> str:
    """The table in full."""
    lines = ["# Requirement, code, tests, sabotage", ""]
    for requirement, row in found.items():
        lines += [f"## {requirement}", "", texts.get(requirement, ""), ""]
        for kind, names in (("code", row.code), ("test", row.tests), ("patch", row.patches)):
            lines += [f"* {kind}: `{name}`" for name in names]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Print and write the table; 1 when a due requirement has a gap."""
    texts, wanted = catalogue(), due()
    found = rows(list(texts), marks(), patches())
    out = ROOT / "out" / "trace.md"
    out.parent.mkdir(exist_ok=True)
    out.write_text(markdown(found, texts))
    shown = [
        (i, "due" if i in wanted else "", len(row.tests), *row.shown()) for i, row in found.items()
    ]
    print(table(("id", "", "tests", "code", "in", "sabotage"), shown))
    wrong = gaps(found, texts, wanted)
    print("\n".join(wrong) or f"all {len(wanted)} due requirements have tests and patches")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
