"""Plain text tables: one look for everything that the tools print."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns; numbers to the right, text to the left."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(head), *cells]) for i in range(len(head))]
    rights = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        for i in range(len(head))
    ]
    lines = [_line(head, widths, rights), "  ".join("-" * width for width in widths)]
    return "\n".join(lines + [_line(row, widths, rights) for row in cells])


def _line(cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    placed = zip(cells, widths, rights, strict=True)
    return "  ".join(c.rjust(w) if right else c.ljust(w) for c, w, right in placed).rstrip()
