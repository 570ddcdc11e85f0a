"""Folds integer constants across modules, which MicroPython's compiler does inside one file only.

`codes.RX_FORM` becomes `1` where it is read, and its definition goes: on the board a public
constant costs a dictionary slot, and its name once more in every file that uses it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from host_tools.build.scopes import Scoped

Constants = dict[str, dict[str, int]]  # module -> name -> value


def constants_of(trees: Mapping[str, ast.Module], keep: str = "profiles") -> Constants:
    """Upper-case `const(...)` integers of every module; modules under `keep` stay as they are."""
    folded = (module for module in trees if module.split(".")[0] != keep)
    return {module: dict(_definitions(trees[module])) for module in folded}


def folded(module: str, tree: ast.Module, constants: Constants) -> ast.Module:
    """One module with every known constant replaced by its number, and no idle imports."""
    known = _known(module, tree, constants)
    tree = _Fold(known).visit(tree)
    return _without_idle_imports(tree)


@dataclass
class _Known:
    own: dict[str, int]  # defined here: goes
    names: dict[str, int]  # local name of a constant -> value
    modules: dict[str, dict[str, int]] = field(default_factory=dict)  # local name of a module


def _known(module: str, tree: ast.Module, constants: Constants) -> _Known:
    own = constants.get(module, {})
    known = _Known(own, dict(own))
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        for alias in node.names:
            local, source = alias.asname or alias.name, f"{node.module}.{alias.name}"
            if source in constants:
                known.modules[local] = constants[source]
            elif alias.name in constants.get(node.module, {}):
                known.names[local] = constants[node.module][alias.name]
    return known


class _Fold(Scoped):
    def __init__(self, known: _Known) -> None:
        super().__init__()
        self._known = known

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and not self.is_hidden(node.value.id):
            value = self._known.modules.get(node.value.id, {}).get(node.attr)
            if value is not None:
                return ast.copy_location(ast.Constant(value), node)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self._known.names.get(node.id)
        if value is None or self.is_hidden(node.id) or not isinstance(node.ctx, ast.Load):
            return node
        return ast.copy_location(ast.Constant(value), node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        if self.depth == 0 and _name_of(node) in self._known.own:
            return None
        return self.generic_visit(node)


def _definitions(tree: ast.Module) -> dict[str, int]:
    """In order, so that one may be built on those before it."""
    found: dict[str, int] = {}
    for node in tree.body:
        name = _name_of(node)
        if isinstance(node, ast.Assign) and name and name.isupper():
            value = const_value(node.value, found)
            if value is not None:
                found[name] = value
    return found


def _name_of(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def const_value(node: ast.expr, known: Mapping[str, int]) -> int | None:
    """The value of `const(expression of literals and known constants)`; None for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "const":
        try:
            value = eval(compile(ast.Expression(node.args[0]), "const", "eval"), {}, dict(known))
        except NameError:
            return None
        return value if isinstance(value, int) else None
    return None


def _without_idle_imports(tree: ast.Module) -> ast.Module:
    """No `from x import ...` of a name that nobody uses any more."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in list(tree.body):
        if isinstance(node, ast.ImportFrom):
            node.names = [a for a in node.names if (a.asname or a.name) in used or a.name == "*"]
            if not node.names:
                tree.body.remove(node)
    return tree
