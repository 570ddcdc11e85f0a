"""Gives parameters and private data attributes short names on the board.

MicroPython keeps the name of every parameter and attribute once in each file that uses it; local
variables and comments cost nothing. Functions, methods and modules keep their names, so a
traceback reads as in the source. A parameter that is passed by keyword anywhere in the firmware
keeps its name, too.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterable, Iterator, Mapping

from host_tools.build.text import Cut, applied, cut

_Function = ast.FunctionDef | ast.Lambda


class Names:
    """What may be renamed in a whole firmware; `sources`: module to text."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        trees = [ast.parse(text) for text in sources.values()]
        nodes = [node for tree in trees for node in ast.walk(tree)]
        self._keywords = {n.arg for n in nodes if isinstance(n, ast.keyword)}
        functions = {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        private = {n.attr for n in nodes if isinstance(n, ast.Attribute) and _is_private(n.attr)}
        self._attributes = dict(zip(sorted(private - functions), _short_names("_"), strict=False))

    def shortened(self, text: str) -> str:
        """The text with short parameters and private attributes."""
        tree = ast.parse(text)
        return applied(text, [*self._attribute_cuts(tree), *self._parameter_cuts(tree)])

    def _attribute_cuts(self, tree: ast.Module) -> Iterator[Cut]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in self._attributes:
                end = node.end_col_offset or 0
                start = end - len(node.attr.encode())
                new = self._attributes[node.attr].encode()
                yield Cut((node.end_lineno or 1) - 1, start, end, new)

    def _parameter_cuts(self, tree: ast.Module) -> Iterator[Cut]:
        renamed: dict[ast.AST, Cut] = {}  # the innermost function decides
        for function in ast.walk(tree):
            if isinstance(function, _Function):
                for node, new in self._renames(function):
                    renamed[node] = cut(node, new) if isinstance(node, ast.Name) else _arg(node, new)
        yield from renamed.values()

    def _renames(self, function: _Function) -> Iterator[tuple[ast.Name | ast.arg, str]]:
        taken = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
        taken |= {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
        free = (name for name in _short_names("") if name not in taken)
        wanted = [a for a in function.args.args if a.arg != "self" and a.arg not in self._keywords]
        new = dict(zip((a.arg for a in wanted), free, strict=False))
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in new:
                yield node, new[node.id]
            elif isinstance(node, ast.arg) and node in function.args.args and node.arg in new:
                yield node, new[node.arg]


def _arg(node: ast.arg, new: str) -> Cut:
    width = len(node.arg.encode())
    return Cut(node.lineno - 1, node.col_offset, node.col_offset + width, new.encode())


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _short_names(prefix: str) -> Iterable[str]:
    letters = string.ascii_lowercase
    yield from (prefix + a for a in letters)
    yield from (prefix + a + b for a in letters for b in letters + string.digits)
