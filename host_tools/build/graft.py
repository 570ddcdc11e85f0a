"""The body of a function as statements for the place of its call: its locals told apart from the
caller's, its parameters bound.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from host_tools.build.scopes import bound_inside, parameters


@dataclass(frozen=True)
class Function:
    """A function, and the class that it is a method of."""

    node: ast.FunctionDef
    owner: str | None


@dataclass(frozen=True)
class Graft:
    """before: what binds the parameters; body: the function's statements, returns included."""

    before: list[ast.stmt]
    body: list[ast.stmt]

    def returns_nothing(self) -> bool:
        """Whether every return is a bare one."""
        found = (n for one in self.body for n in ast.walk(one) if isinstance(n, ast.Return))
        return all(one.value is None for one in found)

    def split(self, name: str) -> tuple[list[ast.stmt], ast.expr] | None:
        """(statements, value); a value that has several sources goes into `name`. None for a
        return out of a loop or the like.
        """
        *start, end = self.body
        if not _returns(start):
            if not isinstance(end, ast.Return):
                return (self.before + self.body, ast.Constant(None)) if not _returns([end]) else None
            return self.before + start, end.value or ast.Constant(None)
        body = _without_returns(self.body, name)
        return None if body is None else (self.before + body, ast.Name(name, ast.Load()))


def _without_returns(body: list[ast.stmt], name: str) -> list[ast.stmt] | None:
    """Every return at the end of a branch, as an assignment to `name`."""
    at = next((i for i, one in enumerate(body) if _returns([one])), None)
    if at is None:
        return body if _ends(body) else [*body, _assigned(name, ast.Constant(None))]
    found, rest = body[at], body[at + 1 :]
    if isinstance(found, ast.Return):
        return [*body[:at], _assigned(name, found.value or ast.Constant(None))]
    if not isinstance(found, ast.If):
        return None
    branches = _branches(found, rest)
    done = [_without_returns(one, name) for one in branches or ()]
    if not done or done[0] is None or done[1] is None:
        return None
    return [*body[:at], ast.If(found.test, done[0], done[1])]


def _branches(node: ast.If, rest: list[ast.stmt]) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    """What is done if and if not, up to the end; None when both go on to the same rest."""
    if _ends(node.body):
        return node.body, node.orelse if _ends(node.orelse) else node.orelse + rest
    if _ends(node.orelse):
        return node.body + rest, node.orelse
    return None if rest else (node.body, node.orelse)


def _ends(body: list[ast.stmt]) -> bool:
    """Whether it never goes on behind its last statement."""
    end = body[-1] if body else None
    if isinstance(end, ast.If):
        return _ends(end.body) and _ends(end.orelse)
    return isinstance(end, ast.Return | ast.Raise)


def _returns(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, ast.Return) for one in body for n in ast.walk(one))


def _assigned(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def grafted(function: Function, call: ast.Call, own: set[str], count: int) -> Graft | None:
    """The function's statements for this call, or None when they would mean something else.

    own: names that the caller binds; count: a number that no other graft has.
    """
    node = copy.deepcopy(function.node)
    bound, given = bound_inside(node), _arguments(function, call)
    free = {n.id for one in node.body for n in ast.walk(one) if isinstance(n, ast.Name)} - bound
    if given is None or free & own:
        return None
    stored = _stored(node)
    new: dict[str, ast.expr] = {name: ast.Name(f"{name}__{count}") for name in bound}
    before: list[ast.stmt] = []
    for name, value in given:
        if name not in stored and isinstance(value, ast.Name | ast.Constant):
            new[name] = value
        else:
            before.append(ast.Assign([ast.Name(f"{name}__{count}", ast.Store())], value))
    body = [_Names(new).visit(one) for one in node.body]
    return Graft(before, body)


def as_expression(function: Function, call: ast.Call, own: set[str]) -> ast.expr | None:
    """The one expression that the function returns, for this call; None when it is not one, or
    would not be computed as in a call.
    """
    (first, *more), given = function.node.body, _arguments(function, call)
    if more or not isinstance(first, ast.Return) or first.value is None or given is None:
        return None
    bound, value = bound_inside(function.node), copy.deepcopy(first.value)
    inside = list(ast.walk(value))
    calls = any(isinstance(n, ast.Call) for n in inside)
    late = any(not _is_fixed(one, calls) for _, one in given)
    free = {n.id for n in inside if isinstance(n, ast.Name)} - bound
    if late or free & own or _stored(function.node):
        return None
    done: ast.expr = _Names(dict(given)).visit(value)
    return done


def _is_fixed(node: ast.expr, calls: bool) -> bool:
    """Whether it is the same wherever the function's expression computes it."""
    while isinstance(node, ast.Attribute) and not calls:
        node = node.value
    return isinstance(node, ast.Name | ast.Constant)


def _arguments(function: Function, call: ast.Call) -> list[tuple[str, ast.expr]] | None:
    """(parameter, value) in the order of evaluation; None when the call is not a plain one."""
    names = [one.arg for one in parameters(function.node)]
    values = list(call.args)
    if function.owner is not None:
        if not isinstance(call.func, ast.Attribute):
            return None
        values.insert(0, call.func.value)
    elif not isinstance(call.func, ast.Name):
        return None
    if len(values) > len(names) or any(isinstance(one, ast.Starred) for one in values):
        return None
    given = list(zip(names, values, strict=False))
    given += [(str(one.arg), one.value) for one in call.keywords]
    return _with_defaults(function.node, names, given)


def _with_defaults(
    node: ast.FunctionDef, names: list[str], given: list[tuple[str, ast.expr]]
) -> list[tuple[str, ast.expr]] | None:
    defaults = dict(zip(reversed(names), reversed(node.args.defaults), strict=False))
    missing = [name for name in names if name not in dict(given)]
    if any(not isinstance(defaults.get(name), ast.Constant) for name in missing):
        return None
    return given + [(name, defaults[name]) for name in missing]


def _stored(node: ast.FunctionDef) -> set[str]:
    return set(_stores(node))


def _stores(node: ast.FunctionDef) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            yield one.id
        elif isinstance(one, ast.ExceptHandler) and one.name:
            yield one.name


class _Names(ast.NodeTransformer):
    def __init__(self, new: dict[str, ast.expr]) -> None:
        self._new = new

    def visit_Name(self, node: ast.Name) -> ast.AST:
        found = copy.deepcopy(self._new.get(node.id, node))
        if isinstance(found, ast.Name):
            found.ctx = node.ctx
        return found

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        new = self._new.get(node.name or "")
        node.name = new.id if isinstance(new, ast.Name) else node.name
        return self.generic_visit(node)
