"""Folds integer constants across modules, which the MicroPython compiler does only inside one file.

`codes.RX_FORM` becomes `1` where it is read, and its definition disappears: on the board a public
constant costs a dictionary slot, and its name once more in every file that uses it (10 kB over
this firmware). The text keeps its lines, so a line number of the board is a line number of the
source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from host_tools.build.text import Cut, applied, cut

Constants = dict[str, dict[str, int]]  # module -> name -> value


def constants_of(sources: Mapping[str, str], keep: str = "profiles") -> Constants:
    """Public upper-case integer constants of every module; modules under `keep` are left as they
    are.
    """
    found: Constants = {}
    for module, text in sources.items():
        if module.split(".")[0] != keep:
            found[module] = dict(_definitions(ast.parse(text)))
    return found


def folded(module: str, text: str, constants: Constants) -> str:
    """The source of one module with every known constant replaced by its number."""
    tree = ast.parse(text)
    scope = _Scope.of(module, tree, constants)
    cuts = [one for node in ast.walk(tree) for one in scope.cuts(node)]
    return _without_idle_imports(applied(text, cuts))


@dataclass(frozen=True)
class _Scope:
    modules: dict[str, dict[str, int]]  # local name of a module -> its constants
    names: dict[str, int]  # local name of a constant -> value
    own: dict[str, int]  # what this module defines

    @classmethod
    def of(cls, module: str, tree: ast.Module, constants: Constants) -> _Scope:
        own = constants.get(module, {})
        modules: dict[str, dict[str, int]] = {}
        names = dict(own)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    local, source = alias.asname or alias.name, f"{node.module}.{alias.name}"
                    if source in constants:
                        modules[local] = constants[source]
                    elif alias.name in constants.get(node.module, {}):
                        names[local] = constants[node.module][alias.name]
        return cls(modules, names, own)

    def cuts(self, node: ast.AST) -> Iterator[Cut]:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            value = self.modules.get(node.value.id, {}).get(node.attr)
            if value is not None:
                yield cut(node, str(value))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id in self.names:
                yield cut(node, str(self.names[node.id]))
        elif isinstance(node, ast.Assign) and _name_of(node) in self.own:
            yield cut(node.targets[0], f"_{_name_of(node)}_folded")  # private: it vanishes


def _definitions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in tree.body:
        name = _name_of(node)
        if name and name.isupper():
            value = _integer(node.value)  # type: ignore[attr-defined]
            if value is not None:
                yield name, value


def _name_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _integer(node: ast.expr) -> int | None:
    """The value of `const(expression of literals)`; None for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "const":
        try:
            value = eval(compile(ast.Expression(node.args[0]), "const", "eval"), {})
        except NameError:
            return None
        return value if isinstance(value, int) else None
    return None


def _without_idle_imports(text: str) -> str:
    """Blank `from x import ...` statements of which no name is used any more."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.end_lineno is not None:
            kept = [a for a in node.names if (a.asname or a.name) in used or a.name == "*"]
            if len(kept) < len(node.names):
                for at in range(node.lineno - 1, node.end_lineno):
                    lines[at] = ""
                if kept:
                    lines[node.lineno - 1] = ast.unparse(ast.ImportFrom(node.module, kept, 0))
    return "\n".join(lines)
