"""Which names a piece of Python binds, and a tree transformer that knows which are hidden."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

Function = ast.FunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_SCOPES = (ast.FunctionDef, ast.Lambda, ast.ClassDef, *Comprehension.__args__)


class BuildError(Exception):
    """A board cannot get this program; the text names file or name and the reason."""


def top_level(tree: ast.Module) -> set[str]:
    """Names that a module itself defines: functions, classes, assignments."""
    return _bound(node for node in tree.body if not isinstance(node, ast.ImportFrom | ast.Import))


def bare_names(tree: ast.AST) -> set[str]:
    """Bare names that are read or written anywhere below a node, parameters included."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return names | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}


def parameters(function: Function) -> list[ast.arg]:
    """Every parameter, starred ones included."""
    a = function.args
    starred = [one for one in (a.vararg, a.kwarg) if one is not None]
    return [*a.posonlyargs, *a.args, *a.kwonlyargs, *starred]


def bound_inside(function: ast.FunctionDef) -> set[str]:
    """Every name that a function or something in it binds: parameters, locals, loop names."""
    found = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    found |= {n.name for n in ast.walk(function) if isinstance(n, ast.ExceptHandler) and n.name}
    return found | _stored(function)


class Scoped(ast.NodeTransformer):
    """Walks a module and knows at each node what the functions around it bind themselves.

    Raises BuildError for what it cannot follow: `global`, `nonlocal`, an import inside a function.
    """

    def __init__(self) -> None:
        self._hidden: list[set[str]] = []
        self.depth = 0  # functions and classes around the node

    def is_hidden(self, name: str) -> bool:
        """Whether a bare name here means something of the function, not of the module."""
        return any(name in names for names in self._hidden)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Defaults and decorators belong outside, the body inside."""
        node.decorator_list = [self.visit(one) for one in node.decorator_list]
        self._defaults(node.args)
        bound = {a.arg for a in parameters(node)} | _bound(node.body)
        self._enter(node, bound)
        node.body = _visited(self, node.body)
        self._leave()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """As a function."""
        self._defaults(node.args)
        self._enter(node, {a.arg for a in parameters(node)})
        node.body = self.visit(node.body)
        self._leave()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """What a class binds is an attribute, not a name for its methods."""
        node.bases = [self.visit(base) for base in node.bases]
        self.depth += 1
        node.body = _visited(self, node.body)
        self.depth -= 1
        return node

    def _comprehension(self, node: ast.AST) -> ast.AST:
        assert isinstance(node, Comprehension)
        first = node.generators[0]
        outer = self.visit(first.iter)
        self._hidden.append(set().union(*(_stored(g.target) for g in node.generators)))
        first.iter = ast.Constant(None)
        self.generic_visit(node)
        first.iter = outer
        self._hidden.pop()
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Global(self, node: ast.Global) -> ast.AST:
        """Not followed."""
        raise BuildError(f"`global {', '.join(node.names)}`: pass it in instead")

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        """Not followed."""
        raise BuildError(f"`nonlocal {', '.join(node.names)}`: use an object instead")

    def _import(self, node: ast.AST) -> ast.AST:
        """At the top of a module only."""
        if self.depth:
            raise BuildError(f"`{ast.unparse(node)}` inside a function")
        return node

    visit_Import = visit_ImportFrom = _import

    def _enter(self, node: Function, bound: set[str]) -> None:
        self.depth += 1
        self._hidden.append(bound)

    def _leave(self) -> None:
        self.depth -= 1
        self._hidden.pop()

    def _defaults(self, arguments: ast.arguments) -> None:
        arguments.defaults = [self.visit(one) for one in arguments.defaults]
        arguments.kw_defaults = [one and self.visit(one) for one in arguments.kw_defaults]


def _visited(visitor: ast.NodeVisitor, body: list[ast.stmt]) -> list[ast.stmt]:
    kept = [visitor.visit(node) for node in body]
    return [node for node in kept if node is not None] or [ast.Pass()]


def _stored(node: ast.AST) -> set[str]:
    found = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in found if not isinstance(n.ctx, ast.Load)}


def _bound(body: Iterable[ast.AST]) -> set[str]:
    """Names that statements bind in their own scope."""
    found: set[str] = set()
    for node in _own(body):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def _own(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Nodes below, without those of inner functions, classes and comprehensions."""
    for node in body:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _own(ast.iter_child_nodes(node))
