"""Gives functions, methods, classes and globals of the joined file short names on the board.

A name stands once in the file, and every use of it is its number there: one byte for the first
127 numbers, two for the others. So names become short, and the most used ones come first.
`host_tools.build.traceback` gives a board's traceback its words back.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import keyword
import re
import string
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

_SURFACE = Path(__file__).resolve().parents[2] / "shim/firmware-surface-v1.27.0.txt"
_BUILT_IN = (bytes, bytearray, dict, list, set, str, tuple, int, array, memoryview, Exception)
_ONE_BYTE = 126  # numbers below 128, less what stands before the first statement


def renamed(
    tree: ast.Module, others: Collection[ast.Module], asked_for: Collection[str] = ()
) -> tuple[ast.Module, dict[str, str]]:
    """The module with short names, and what each was called; `others` keep theirs, and so does
    what is asked for by name.

    A name is kept where it might mean something else: one of the firmware, written as text, used
    by another file; for a bare name also one of a parameter or a local.
    """
    uses = Counter(_mentioned(tree))
    kept = _of_others(tree, others) | set(asked_for)
    long = {*(_members(tree) - kept), *(_globals(tree) - kept - _not_global(tree))}
    by_use = sorted(long, key=lambda name: (-uses[name], name))
    short = dict(zip(by_use, _unused(set(uses)), strict=False))
    done: ast.Module = _Rename(short, _members(tree) - kept, _globals(tree) - kept).visit(tree)
    return _frequent_first(done), {new: old for old, new in short.items()}


class _Rename(ast.NodeTransformer):
    """members: names behind a dot; bare: names of the module."""

    def __init__(self, short: dict[str, str], members: set[str], bare: set[str]) -> None:
        self._members = {name: short[name] for name in members}
        self._bare = {name: short[name] for name in bare if name in short}
        self._in_class = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        known = self._members if self._in_class else self._bare
        node.name = known.get(node.name, node.name)
        self._in_class = False
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._bare.get(node.name, node.name)
        node.bases = [self.visit(base) for base in node.bases]
        for one in node.body:
            self._in_class = True
            self.visit(one)
        self._in_class = False
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = self._members.get(node.attr, node.attr)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._bare.get(node.id, node.id)
        return node


def _members(tree: ast.Module) -> set[str]:
    """Methods, and attributes that are written."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    methods = {n.name for one in classes for n in one.body if isinstance(n, ast.FunctionDef)}
    named = _stored([n for one in classes for n in one.body if isinstance(n, ast.Assign)])
    written = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _is_written(n)}
    return {name for name in (methods | written) - named if not name.startswith("__")}


def _is_written(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _globals(tree: ast.Module) -> set[str]:
    """What the module defines: functions, classes and its globals."""
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    found = defined | _stored([node for node in tree.body if isinstance(node, ast.Assign)])
    return {name for name in found if not name.startswith("__")}


def _of_others(tree: ast.Module, others: Collection[ast.Module]) -> set[str]:
    kept = set(dir(builtins)) | set(re.findall(r"\w+", _SURFACE.read_text()))
    kept |= {name for one in _BUILT_IN for name in dir(one)}
    for other in others:
        kept |= set(_mentioned(other))
    texts = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
    for text in texts:  # "room.method" of a table names two
        kept |= set(text.split(".")) if isinstance(text, str) else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            kept |= {*node.name.split("."), node.asname or node.name}
    return kept


def _not_global(tree: ast.Module) -> set[str]:
    """Bare names that a function, a class or a call makes its own."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.keyword):
            found.add(str(node.arg))
        elif isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.comprehension):
            found |= _stored([node])
    return found


def _stored(nodes: Iterator[ast.AST] | list[ast.AST]) -> set[str]:
    names = (n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}


def _mentioned(tree: ast.AST) -> Iterator[str]:
    """Every name in the module, as often as it stands there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg | ast.keyword):
            yield str(node.arg)
        elif isinstance(node, ast.alias):
            yield from node.name.split(".")


def _unused(taken: set[str]) -> Iterator[str]:
    """Names of two and three letters that nothing has; one letter is a parameter's."""
    for length in (2, 3):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            name = "".join(letters)
            if name not in taken and not keyword.iskeyword(name):
                yield name


def _frequent_first(tree: ast.Module) -> ast.Module:
    """A first statement that is never carried out names the most used names."""
    uses = Counter(_used(tree))
    words = [name for name, _ in uses.most_common() if not keyword.iskeyword(name)]
    chain = "__name__" + "".join(f".{name}" for name in words[:_ONE_BYTE])
    tree.body[:0] = ast.parse(f"if not __name__:\n    {chain}").body
    return ast.fix_missing_locations(tree)


def _used(tree: ast.Module) -> Iterator[str]:
    """Names in the bytecode: locals have none."""
    local: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            local |= {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)} | _stored([node])
    yield from (name for name in _mentioned(tree) if name not in local)
