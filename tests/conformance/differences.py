"""The reviewed list of facts on which the virtual Pico differs from the firmware.

One block for each: the key, both values, and why the difference stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

_HEAD = """\
# Where the virtual Pico differs from the official firmware, fact by fact, each with its reason.
# `python -m tests.conformance.driver shim` brings keys and values up to date and keeps reasons;
# a block without a reason, with other values, or no longer needed fails the test.
"""
_FIELDS = ("firmware", "shim", "reason")


@dataclass(frozen=True)
class Difference:
    """One fact, its value in both worlds, and why the difference is accepted."""

    key: str
    firmware: str
    shim: str
    reason: str

    def facts(self) -> tuple[str, str, str]:
        """Everything but the reason."""
        return self.key, self.firmware, self.shim


def read_differences(path: Path) -> list[Difference]:
    """The blocks of the reviewed file; a malformed block raises ValueError."""
    if not path.is_file():
        return []
    text = "\n".join(ln for ln in path.read_text().splitlines() if not ln.startswith("#"))
    return [_parse(block) for block in text.split("\n\n") if block.strip()]


def write_differences(path: Path, found: list[Difference]) -> int:
    """Write the blocks of `found` with the reasons known so far; how many lack one."""
    known = {difference.key: difference.reason for difference in read_differences(path)}
    blocks = [replace(one, reason=known.get(one.key, "")) for one in found]
    path.write_text(_HEAD + "".join(_block(one) for one in blocks))
    return sum(not one.reason for one in blocks)


def _block(one: Difference) -> str:
    lines = [f"  {name}: {getattr(one, name)}".rstrip() for name in _FIELDS]
    return "\n".join(["", one.key, *lines, ""])


def _parse(block: str) -> Difference:
    key, *lines = block.strip().splitlines()
    fields = dict(line.strip().partition(":")[::2] for line in lines)
    if tuple(fields) != _FIELDS:
        raise ValueError(f"differences: block {key!r} needs {', '.join(_FIELDS)}")
    firmware, shim, reason = (fields[name].strip() for name in _FIELDS)
    return Difference(key, firmware, shim, reason)
