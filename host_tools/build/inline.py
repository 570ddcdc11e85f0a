"""Puts functions and methods that the program calls at one place into that place.

A person reads many short functions; each costs a board some fifty bytes of heap besides its code.
What moves: a plain function mentioned once, as the only one of its name. What stays: whatever
else may name it (another file, a text, the firmware), interrupt handlers and their calls,
decorated functions, generators; and a call that is not the first thing its statement does.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from host_tools.build.graft import Function, Graft, as_expression, grafted
from host_tools.build.scopes import bound_inside

_ODD = (ast.Lambda, ast.Yield, ast.YieldFrom, ast.FunctionDef, ast.Delete)
_BLOCKS = ("body", "orelse", "finalbody")
# Where a statement, and then an expression, begins.
_BEGINS: dict[type[ast.AST], str] = {
    ast.Return: "value",
    ast.Expr: "value",
    ast.Assign: "value",
    ast.If: "test",
    ast.For: "iter",
    ast.Raise: "exc",
    ast.BinOp: "left",
    ast.Compare: "left",
    ast.UnaryOp: "operand",
    ast.IfExp: "test",
    ast.Subscript: "value",
    ast.Attribute: "value",
    ast.BoolOp: "values",
    ast.Tuple: "elts",
    ast.List: "elts",
}


def inlined(tree: ast.Module, kept: Collection[str]) -> ast.Module:
    """The module without the functions that one place alone calls; `kept`: names that stay."""
    count = 0
    while True:
        one_pass = _Inline(_movable(tree, kept), _classes(tree), count)
        one_pass.visit(tree)
        if not one_pass.done:
            return ast.fix_missing_locations(tree)
        _drop(tree, one_pass.done)
        count = one_pass.count


def _movable(tree: ast.Module, kept: Collection[str]) -> dict[str, Function]:
    """Name -> function, of those that are defined once and mentioned once."""
    defined = Counter(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    mentioned = Counter(_mentions(tree))
    plain = (one for one in _functions(tree) if _is_plain(one.node))
    return {
        one.node.name: one
        for one in plain
        if defined[one.node.name] == mentioned[one.node.name] == 1 and one.node.name not in kept
    }


def _functions(tree: ast.Module) -> Iterator[Function]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield Function(node, None)
        elif isinstance(node, ast.ClassDef):
            own = (one for one in node.body if isinstance(one, ast.FunctionDef))
            yield from (Function(one, node.name) for one in own)


def _mentions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def _is_plain(node: ast.FunctionDef) -> bool:
    inside = [n for one in node.body for n in ast.walk(one)]
    odd = any(isinstance(n, _ODD) or (isinstance(n, ast.Name) and n.id == "super") for n in inside)
    starred = node.args.vararg or node.args.kwarg or node.args.kwonlyargs
    special = node.name.startswith("__") or node.name.endswith("_isr")
    itself = node.name in {name for one in node.body for name in _mentions(one)}
    return not (odd or starred or special or itself or node.decorator_list)


def _classes(tree: ast.Module) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def _drop(tree: ast.Module, done: Collection[str]) -> None:
    owners: list[ast.Module | ast.ClassDef] = [tree]
    for owner in owners + [n for n in tree.body if isinstance(n, ast.ClassDef)]:
        kept = [n for n in owner.body if not isinstance(n, ast.FunctionDef) or n.name not in done]
        owner.body = kept or [ast.Pass()]


class _Inline(ast.NodeTransformer):
    """One pass over the callers. A function that has moved is not looked at where it was."""

    def __init__(self, movable: dict[str, Function], classes: set[str], count: int) -> None:
        self._movable = movable
        self._classes = classes
        self._own: set[str] = set()  # what the caller binds
        self.count = count  # grafts so far
        self.done: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A caller."""
        yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node))
        if not (node.name.endswith("_isr") or node.name in self.done or yields):
            outer, self._own = self._own, self._own | bound_inside(node)
            node.body = self._block(node.body, True)
            self.generic_visit(node)
            self._own = outer
        return node

    def _block(self, body: list[ast.stmt], is_last: bool) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for i, one in enumerate(body):
            made += self._statement(one, is_last and i == len(body) - 1)
        return made

    def _statement(self, node: ast.stmt, is_last: bool) -> list[ast.stmt]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return [node]
        for name in _BLOCKS:
            if inner := getattr(node, name, None):
                setattr(node, name, self._block(inner, is_last and isinstance(node, ast.If)))
        for handler in getattr(node, "handlers", ()):
            handler.body = self._block(handler.body, False)
        return self._whole(node, is_last) or self._begun(node) or [node]

    def _whole(self, node: ast.stmt, is_last: bool) -> list[ast.stmt] | None:
        """A call that is all of a `return`, or the last thing its caller does."""
        call = node.value if isinstance(node, ast.Return | ast.Expr) else None
        graft = self._graft(call)
        if graft is None or not (isinstance(node, ast.Return) or _may_end(graft, is_last)):
            return None
        self._settle(call)
        ends = is_last or isinstance(graft.body[-1], ast.Return | ast.Raise)
        return [*graft.before, *graft.body, *([] if ends else [ast.Return()])]

    def _begun(self, node: ast.stmt) -> list[ast.stmt] | None:
        """A call that a statement begins with: its body goes before the statement."""
        for owner, slot in _beginnings(node):
            call = _get(owner, slot)
            graft = self._graft(call)
            split = graft.split(f"value__{self.count}") if graft is not None else None
            if split is not None:
                self._settle(call)
                before, value = split
                _set(owner, slot, value)
                return [*before, *([] if _is_idle(node) else [node])]
        return None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call anywhere, of a function that is one expression."""
        self.generic_visit(node)
        function = self._function(node)
        value = as_expression(function, node, self._own) if function is not None else None
        if value is not None:
            self._settle(node)
        return node if value is None else value

    def _function(self, call: object) -> Function | None:
        name = _called(call)
        if name not in self._movable or name in self.done or not isinstance(call, ast.Call):
            return None
        at = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(at, ast.Name) and at.id in self._classes:
            return None
        return self._movable[name]

    def _graft(self, call: object) -> Graft | None:
        function = self._function(call)
        if function is None or not isinstance(call, ast.Call):
            return None
        return grafted(function, call, self._own, self.count)

    def _settle(self, call: object) -> None:
        self.done.add(_called(call))
        self.count += 1


def _may_end(graft: Graft, is_last: bool) -> bool:
    return is_last and graft.returns_nothing()


def _called(call: object) -> str:
    func = call.func if isinstance(call, ast.Call) else None
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _beginnings(node: ast.AST) -> Iterator[tuple[Any, Any]]:
    """(holder, field or number) of what is computed first, then of what that begins with."""
    owner: Any = node
    while True:
        slot: Any = _BEGINS.get(type(owner))
        if isinstance(owner, ast.Call):  # what is called, or the first argument of a plain name
            plain = isinstance(owner.func, ast.Name)
            owner, slot = (owner.args, 0) if plain else (owner, "func")
        elif slot is not None and isinstance(getattr(owner, slot), list):
            owner, slot = getattr(owner, slot), 0
        if slot is None or (isinstance(owner, list) and not owner) or _get(owner, slot) is None:
            return
        yield owner, slot
        owner = _get(owner, slot)


def _get(owner: Any, slot: Any) -> Any:
    return owner[slot] if isinstance(owner, list) else getattr(owner, slot)


def _set(owner: Any, slot: Any, value: ast.expr) -> None:
    if isinstance(owner, list):
        owner[slot] = value
    else:
        setattr(owner, slot, value)


def _is_idle(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Name)
