"""Leaves out what a table says to people: a board gets the columns that its code reads.

A table of the device is one data file, read by the board, by the host, by the README and by the
tests; its words would cost the board 2 kB of heap and are known to the host anyway.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from host_tools.build.scopes import BuildError, top_level

ON_BOARD: Mapping[tuple[str, str], int] = {  # module, table -> its first columns
    ("picodose.safety.alarm_table", "ROWS"): 5,
}


def stripped(module: str, tree: ast.Module) -> ast.Module:
    """One module with its tables cut to the columns of a board; raises BuildError for a table
    that is not there, or is not rows written out.
    """
    for (owner, name), count in ON_BOARD.items():
        if owner == module:
            _strip(_rows(module, tree, name), count)
    return tree


def _rows(module: str, tree: ast.Module, name: str) -> list[ast.Tuple]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and name in top_level(ast.Module([node], [])):
            rows = node.value.elts if isinstance(node.value, ast.Tuple) else []
            found = [row for row in rows if isinstance(row, ast.Tuple)]
            if found and len(found) == len(rows):
                return found
    raise BuildError(f"{module}: {name} is not a tuple of rows")


def _strip(rows: list[ast.Tuple], count: int) -> None:
    for row in rows:
        del row.elts[count:]
