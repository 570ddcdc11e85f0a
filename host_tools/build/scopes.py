"""Which names a piece of Python binds, and how to rename those that it does not."""

from __future__ import annotations

import ast
from collections.abc import Mapping


def top_level(tree: ast.Module) -> set[str]:
    """Names that a module itself defines: functions, classes, assignments."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {t.id for t in node.targets if isinstance(t, ast.Name)}
    return found


def bound_in(tree: ast.AST) -> set[str]:
    """Bare names that are read anywhere below a node."""
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def _locals(node: ast.FunctionDef | ast.Lambda) -> set[str]:
    """Parameters and everything assigned inside, nested functions and comprehensions included."""
    found = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    stores = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return found | {n.id for n in stores if isinstance(n.ctx, ast.Store)}


class Renamer(ast.NodeTransformer):
    """names: module-level name -> new name; members: (module's local name, attribute) -> new name.

    A name that a function binds itself is left alone there. Annotations and docstrings go: a board
    has no use for them.
    """

    def __init__(self, names: Mapping[str, str], members: Mapping[tuple[str, str], str]) -> None:
        self._names = names
        self._members = members
        self._hidden: list[set[str]] = []
        self._depth = 0

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A bare name of the module level."""
        if not any(node.id in hidden for hidden in self._hidden):
            node.id = self._names.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`module.name` becomes a bare name."""
        if isinstance(node.value, ast.Name):
            new = self._members.get((node.value.id, node.attr))
            if new is not None:
                return ast.copy_location(ast.Name(new, node.ctx), node)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Functions of the module level take their new name; what they bind hides outer names."""
        if self._depth == 0:
            node.name = self._names.get(node.name, node.name)
        node.returns = None
        return self._inside(node, _locals(node))

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """As a function."""
        return self._inside(node, _locals(node))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """A class of the module level takes its new name, its methods keep theirs."""
        if self._depth == 0:
            node.name = self._names.get(node.name, node.name)
        return self._inside(node, set())

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Parameters lose their annotations."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """An annotation without a value is nothing; one with a value is an assignment."""
        if node.value is None:
            return None
        return self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def _inside(self, node: ast.AST, hidden: set[str]) -> ast.AST:
        self._depth += 1
        self._hidden.append(hidden)
        self.generic_visit(node)
        self._hidden.pop()
        self._depth -= 1
        body = getattr(node, "body", None)
        if isinstance(body, list):
            _without_docstring(body)
        return node


def _without_docstring(body: list[ast.stmt]) -> None:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        body.pop(0)
    if not body:
        body.append(ast.Pass())
