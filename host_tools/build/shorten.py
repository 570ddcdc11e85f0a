"""Gives parameters and private data attributes short names on the board.

MicroPython keeps the name of every parameter and attribute once in each file that uses it; local
variables and comments cost nothing. Functions, methods and classes keep their names, so a
traceback reads as in the source. A parameter that is passed by keyword keeps its name, too.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Collection, Iterable, Iterator

from host_tools.build.scopes import BuildError, Function, Scoped, bare_names, parameters

_IN_FLASH = "befinrstvwxy"  # letters that the firmware has as names: they cost a board no RAM


class Names:
    """What may be renamed in a whole program.

    trees: the modules that will be renamed; others: those that stay as they are.
    """

    def __init__(self, trees: Collection[ast.Module], others: Collection[ast.Module] = ()) -> None:
        nodes = [node for tree in [*trees, *others] for node in ast.walk(tree)]
        self.keywords = _keywords(nodes)
        kept = _attributes(n for tree in others for n in ast.walk(tree)) | _not_data(nodes)
        taken = kept | _attributes(nodes)
        free = (name for name in _short_names("_") if name not in taken)
        own = {n.attr for n in nodes if isinstance(n, ast.Attribute) and _is_written(n)}
        private = sorted(name for name in own - kept if _is_private(name))
        self.attributes = dict(zip(private, free, strict=False))

    def shortened(self, tree: ast.Module) -> ast.Module:
        """The module with short parameters and private attributes."""
        done: ast.Module = _Shorten(self).visit(tree)
        return done


class _Shorten(Scoped):
    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names
        self._short: list[dict[str, str]] = [{}]  # one for each function around

    def _enter(self, node: Function, bound: set[str]) -> None:
        super()._enter(node, bound)
        outer = {old: new for old, new in self._short[-1].items() if old not in bound}
        taken = bare_names(node) | set(self._short[-1].values())
        free = (name for name in _short_names("") if name not in taken)
        plain = [a.arg for a in [*node.args.posonlyargs, *node.args.args]]
        wanted = [name for name in plain if name != "self" and name not in self._names.keywords]
        new = dict(zip(wanted, free, strict=False))
        for argument in parameters(node):
            argument.arg = new.get(argument.arg, argument.arg)
        self._short.append(outer | new)

    def _leave(self) -> None:
        super()._leave()
        self._short.pop()

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._short[-1].get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = self._names.attributes.get(node.attr, node.attr)
        return self.generic_visit(node)


def _keywords(nodes: Iterable[ast.AST]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.keyword):
            if node.arg is None:
                raise BuildError(f"`**{ast.unparse(node.value)}` hides which parameters it names")
            found.add(node.arg)
    return found


def _attributes(nodes: Iterable[ast.AST]) -> set[str]:
    return {n.attr for n in nodes if isinstance(n, ast.Attribute)}


def _not_data(nodes: Iterable[ast.AST]) -> set[str]:
    """Names of functions and classes, of what a class body assigns, and names written as text."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {n.id for one in node.body for n in ast.walk(one) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def _is_written(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _short_names(prefix: str) -> Iterator[str]:
    letters = _IN_FLASH + "".join(a for a in string.ascii_lowercase if a not in _IN_FLASH)
    yield from (prefix + a for a in letters)
    yield from (prefix + a + b for a in letters for b in letters + string.digits)
