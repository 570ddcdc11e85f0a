"""Gives functions, methods, classes and globals of the joined file cheap names on the board.

A name stands once in the file, and every use of it is its number there: one byte for the first
127 numbers, two for the others. In RAM it costs ten bytes more, but for a name that the firmware
has in flash anyway. So names become those (tools/firmware_names.py lists them), a member may be
called as a global is, and the most used ones come first. `host_tools.build.traceback` gives a
board's traceback its words back.
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
IN_FLASH = Path(__file__).with_name("firmware_names.txt")
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
    kept = foreign(tree, others) | set(asked_for)
    members = _members(tree) - kept
    bare = _globals(tree) - kept - _not_global(tree)
    taken = {*_mentioned(tree), *_texts(tree), *(name for one in others for name in _mentioned(one))}
    member_names, bare_names = _cheap(members, taken), _cheap(bare, taken)
    done: ast.Module = _Rename(member_names, bare_names).visit(tree)
    return _frequent_first(done), _words(member_names, bare_names)


def _cheap(names: Collection[str], taken: set[str]) -> dict[str, str]:
    """Name -> the one it gets: of the firmware first, then letters that nothing has."""
    known = (name for name in IN_FLASH.read_text().split() if name not in taken)
    return dict(zip(sorted(names), itertools.chain(known, _unused(taken)), strict=False))


def _words(*given: dict[str, str]) -> dict[str, str]:
    """Name on the board -> what it stands for, "one or other" where it stands for two."""
    words: dict[str, list[str]] = {}
    for one in given:
        for old, new in one.items():
            words.setdefault(new, []).append(old)
    return {new: " or ".join(old) for new, old in words.items()}


class _Rename(ast.NodeTransformer):
    """members: names behind a dot; bare: names of the module; each with the one it gets."""

    def __init__(self, members: dict[str, str], bare: dict[str, str]) -> None:
        self._members = members
        self._bare = bare
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


def foreign(tree: ast.Module, others: Collection[ast.Module]) -> set[str]:
    """Names that may mean something else: of the firmware, of other files, written as text."""
    kept = set(dir(builtins)) | set(re.findall(r"\w+", _SURFACE.read_text()))
    kept |= {name for one in _BUILT_IN for name in dir(one)}
    for other in others:
        kept |= set(_mentioned(other))
    kept |= _texts(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            kept |= {*node.name.split("."), node.asname or node.name}
    return kept


def _texts(tree: ast.Module) -> set[str]:
    """Names written as text; "room.method" of a table names two, a text of lines each of its
    words.
    """
    texts = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
    words = (t.split() if "\n" in t else [t] for t in texts if isinstance(t, str))
    return {part for row in words for word in row for part in word.split(".")}


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
