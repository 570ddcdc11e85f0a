"""Edits of source text at places that the syntax tree names; lines stay lines."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """Bytes start to end of a line (from 0) become `text`."""

    line: int
    start: int
    end: int
    text: bytes


def cut(node: ast.expr | ast.arg, text: str) -> Cut:
    """Replace a whole node; raises ValueError for one that spans lines."""
    if node.lineno != node.end_lineno or node.end_col_offset is None:
        raise ValueError(f"a name over two lines, line {node.lineno}")
    return Cut(node.lineno - 1, node.col_offset, node.end_col_offset, text.encode())


def applied(text: str, cuts: Iterable[Cut]) -> str:
    """The text after all cuts, which must not overlap."""
    lines = text.encode().split(b"\n")
    for one in sorted(set(cuts), key=lambda one: (one.line, one.start), reverse=True):
        line = lines[one.line]
        lines[one.line] = line[: one.start] + one.text + line[one.end :]
    return b"\n".join(lines).decode()
