"""The project's Python files, parsed once, for the rules of the house."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
FOR_THE_FIRMWARE_S_BUILD = "device/manifest.py"  # no code of the device, but read beside it

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: its path from the root of the tree, its text and its syntax tree."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree; a file that does not parse fails every rule."""
        return _parsed(self.text, self.path)

    def at(self, node: ast.AST, what: str) -> str:
        """A sentence that an editor can jump to."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    @property
    def is_hal(self) -> bool:
        """Whether hardware modules may be named here."""
        name = PurePosixPath(self.path)
        return self.path in ("device/boot.py", "device/main.py") or name.match(
            "device/picodose/hal/*.py"
        )


@cache
def _parsed(text: str, path: str) -> ast.Module:
    return ast.parse(text, path)


@cache
def tracked(root: Path = ROOT) -> tuple[str, ...]:
    """Every file of the project, committed or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return tuple(name for name in listed.stdout.splitlines() if (root / name).is_file())


def sources(*folders: str) -> list[Source]:
    """The Python files below these folders; none at all would prove nothing, so that fails."""
    prefixes = tuple(f"{folder}/" for folder in folders)
    files = [name for name in tracked() if name != FOR_THE_FIRMWARE_S_BUILD]
    names = [n for n in files if n.endswith(".py") and n.startswith(prefixes)]
    assert names, f"no Python files in {folders}"
    return [Source(name, (ROOT / name).read_text()) for name in names]


def imported(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every imported module by its full name, `from a.b import c` as a.b.c.

    Imports for the type checker alone (`if TYPE_CHECKING:`, in the device `if _FOR_PYRIGHT:`)
    are left out: nothing runs them.
    """
    skipped = {id(n) for block in _typing_blocks(source.tree) for n in ast.walk(block)}
    for node in ast.walk(source.tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(source.path, node)
            yield from ((node, f"{base}.{alias.name}") for alias in node.names)


def _typing_blocks(tree: ast.Module) -> Iterator[ast.If]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and is_for_checkers(node):
            yield node


def is_for_checkers(node: ast.If) -> bool:
    """Whether only a type checker takes this branch."""
    return ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "_FOR_PYRIGHT")


def _absolute(path: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = PurePosixPath(path).parts[: -node.level]
    inside = package[1:] if package[:1] == ("device",) else package
    return ".".join([*inside, *(node.module or "").split(".")]).rstrip(".")


def none_of(found: Iterable[str]) -> None:
    """Fail with every finding on a line of its own."""
    listed = list(found)
    assert not listed, "\n" + "\n".join(listed)
