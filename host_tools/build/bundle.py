"""Joins the modules behind one entry module into one file, as a linker does.

Sixty small modules read well and load badly: on the board each costs a search of the file system (15 ms) and
another copy of every name it shares with the others. The joined file defines the same functions and classes
under the same names, one module after the other in the order of their imports; a name that two modules share is
told apart by its module's name. Nothing is run or evaluated but integer constants.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from host_tools.build.scopes import Renamer, bound_in, top_level

_Target = tuple[str, str]  # module, name


class BundleError(Exception):
    """The modules cannot be joined; the text names the reason."""


@dataclass
class _Module:
    name: str
    tree: ast.Module
    modules: dict[str, str] = field(default_factory=dict)  # local name -> joined module
    names: dict[str, _Target] = field(default_factory=dict)  # local name -> what it stands for
    outside: list[ast.stmt] = field(default_factory=list)  # imports that stay


def bundled(texts: Mapping[str, str], entry: str, apart: Iterable[str]) -> tuple[str, set[str]]:
    """(text of the joined file, names of the modules in it): `entry` and all it imports but `apart`.

    texts: module name to source. Raises BundleError.
    """
    inside = _in_order(texts, entry, set(apart))
    modules = [_read(name, texts[name], set(inside)) for name in inside]
    final = _final_names(modules)
    body: list[ast.stmt] = _imports(modules)
    for module in modules:
        body += _moved(module, final)
    tree = ast.fix_missing_locations(ast.Module(body, []))
    return ast.unparse(tree), set(inside)


def _in_order(texts: Mapping[str, str], entry: str, apart: set[str]) -> list[str]:
    """Modules reachable from the entry, each after all that it imports."""
    done: list[str] = []
    open_: set[str] = set()

    def visit(name: str) -> None:
        if name in done or name in apart or name not in texts:
            return
        if name in open_:
            raise BundleError(f"modules import each other in a circle at {name}")
        open_.add(name)
        for wanted in _wanted(ast.parse(texts[name])):
            visit(wanted)
        done.append(name)

    visit(entry)
    return done


def _wanted(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _read(name: str, text: str, inside: set[str]) -> _Module:
    module = _Module(name, ast.parse(text))
    kept: list[ast.stmt] = []
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            module.outside.append(node)
        elif isinstance(node, ast.ImportFrom) and node.module:
            _read_import(module, node, inside)
        elif not _only_for_checkers(node):
            kept.append(node)
    module.tree.body = kept
    return module


def _read_import(module: _Module, node: ast.ImportFrom, inside: set[str]) -> None:
    for alias in node.names:
        local, source = alias.asname or alias.name, f"{node.module}.{alias.name}"
        if source in inside:
            module.modules[local] = source
        elif node.module in inside:
            module.names[local] = (node.module, alias.name)
        else:
            module.outside.append(ast.ImportFrom(node.module, [alias], 0))


def _only_for_checkers(node: ast.stmt) -> bool:
    """Docstrings and what stands under TYPE_CHECKING."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return "TYPE_CHECKING" in {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _final_names(modules: list[_Module]) -> dict[_Target, str]:
    """The name in the joined file of every top-level name; shared ones get their module's name."""
    own = {(m.name, name) for m in modules for name in top_level(m.tree)}
    used = Counter(name for m in modules for name in _identifiers(m))
    final = {}
    for module, name in sorted(own):
        short = module.rsplit(".", 1)[-1]
        final[module, name] = name if used[name] == 1 else f"{short}_{name.strip('_')}"
    doubles = [name for name, count in Counter(final.values()).items() if count > 1]
    if doubles:
        raise BundleError(f"two things would be called {doubles[0]}")
    return final


def _identifiers(module: _Module) -> set[str]:
    """Every bare name of a module but those that it imports from a joined one."""
    names = {n.id for n in ast.walk(module.tree) if isinstance(n, ast.Name)}
    names |= {n.arg for n in ast.walk(module.tree) if isinstance(n, ast.arg)}
    return (names | top_level(module.tree)) - set(module.names)


def _imports(modules: list[_Module]) -> list[ast.stmt]:
    """The imports that stay, each once."""
    texts = {ast.unparse(node): node for m in modules for node in m.outside}
    locals_: dict[str, str] = {}
    for text, node in texts.items():
        for alias in node.names:  # type: ignore[attr-defined]
            local = alias.asname or alias.name
            if locals_.setdefault(local, text) != text:
                raise BundleError(f"{local} is imported from two places: {text}, {locals_[local]}")
    return [texts[text] for text in sorted(texts)]


def _moved(module: _Module, final: Mapping[_Target, str]) -> list[ast.stmt]:
    """The statements of a module with the names that they have in the joined file."""
    names = {local: final[target] for local, target in module.names.items()}
    names |= {name: final[module.name, name] for name in top_level(module.tree)}
    members = {
        (local, name): new
        for local, source in module.modules.items()
        for (owner, name), new in final.items()
        if owner == source
    }
    tree = Renamer(names, members).visit(module.tree)
    for stray in bound_in(tree) & set(module.modules):
        raise BundleError(f"{module.name} uses the module {stray} as a value")
    return list(tree.body)
