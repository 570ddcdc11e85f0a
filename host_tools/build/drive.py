"""Leaves out of the firmware what only other pump drives need: a board has one.

`if profile.DRIVER == "dc":` is decided here, for the profile that the board runs; what nobody
names any more is then left out by the joining of the modules.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

_FACT = "DRIVER"


def drive_of(trees: Mapping[str, ast.Module], profile: str) -> str | None:
    """The profile's DRIVER, its own or that of the module which it builds on; None: not said."""
    found = None
    for node in trees[profile].body if profile in trees else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            found = drive_of(trees, node.module) or found
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == _FACT:
            found = str(ast.literal_eval(node.value))
    return found


def decided(tree: ast.Module, drive: str) -> ast.Module:
    """The module with every question for the DRIVER answered."""
    tree = _Decide(drive).visit(tree)
    return ast.fix_missing_locations(tree)


class _Decide(ast.NodeTransformer):
    def __init__(self, drive: str) -> None:
        self._drive = drive

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        test = node.test
        if not isinstance(test, ast.Compare) or not ast.unparse(test.left).endswith(f".{_FACT}"):
            return node
        asked = ast.literal_eval(test.comparators[0])
        return node.body if asked == self._drive else node.orelse
