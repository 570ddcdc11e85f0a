"""Builds the firmware for the one profile that a board runs.

`profile.WAKE_MS` becomes `2`, `if profile.DRIVER == "dc":` is decided, and what nobody names any
more (other drives, sensors that are not fitted) is left out by the joining of the modules. A board
keeps as a profile what the files outside the joined one ask for.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping

from host_tools.build.fold import const_value

Facts = dict[str, ast.expr]  # name in capitals -> literal

_CALLED = {"profile", "_profile"}  # how the firmware calls the profile
_OPEN = ast.Name | ast.Attribute | ast.Call | ast.Subscript


def facts_of(trees: Mapping[str, ast.Module], profile: str) -> Facts:
    """The profile's facts, its own and those of the modules which it builds on."""
    found: Facts = {}
    for node in trees[profile].body if profile in trees else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= facts_of(trees, node.module)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper():
            found[ast.unparse(node.targets[0])] = _literal(node.value)
    return found


def decided(tree: ast.Module, facts: Facts) -> ast.Module:
    """The module with every question for the profile answered."""
    done: ast.Module = _Decide(facts).visit(tree)
    return ast.fix_missing_locations(done)


def remaining(facts: Facts, others: Iterable[ast.AST]) -> ast.Module:
    """The profile as a module of what the others ask for."""
    asked = {n.attr for one in others for n in ast.walk(one) if isinstance(n, ast.Attribute)}
    kept = sorted(facts.keys() & asked)
    lines = (ast.Assign([ast.Name(name, ast.Store())], facts[name]) for name in kept)
    return ast.fix_missing_locations(ast.Module(list(lines), []))


def _literal(node: ast.expr) -> ast.expr:
    value = const_value(node, {})
    return node if value is None else ast.Constant(value)


class _Decide(ast.NodeTransformer):
    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.value).rsplit(".", 1)[-1] in _CALLED and node.attr in self._facts:
            return self._facts[node.attr]
        return node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if _is_open(node.test):
            return node
        return node.body if _value(node.test) else node.orelse or ast.Pass()

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if _is_open(node.test):
            return node
        return node.body if _value(node.test) else node.orelse

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """`0 and x` is 0, `1 and x` is x; the same for `or`."""
        self.generic_visit(node)
        ends = isinstance(node.op, ast.Or)
        while len(node.values) > 1 and not _is_open(node.values[0]):
            if bool(_value(node.values[0])) == ends:
                return node.values[0]
            del node.values[0]
        return node if len(node.values) > 1 else node.values[0]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """`profile = parts.profile` goes when nothing reads it any more."""
        self.generic_visit(node)
        read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _is_read(n)}
        node.body = [one for one in node.body if not _is_idle(one, read)]
        return node


def _is_open(node: ast.expr) -> bool:
    return any(isinstance(n, _OPEN) for n in ast.walk(node))


def _value(node: ast.expr) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `7 is None` is a fact's answer
        return eval(compile(ast.fix_missing_locations(ast.Expression(node)), "fact", "eval"))


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _is_idle(node: ast.stmt, read: set[str]) -> bool:
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return False
    name = ast.unparse(node.targets[0])
    return name in _CALLED - read and isinstance(node.value, ast.Attribute)
