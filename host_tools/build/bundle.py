"""Joins the modules behind one entry module into one file, as a linker does.

Sixty small modules read well and load badly: on the board each costs a search of the file system
(15 ms) and another copy of every name that it shares with the others. The joined file defines the
same functions and classes, one module after the other in the order of their imports; a name that
two modules share is told apart by its module's name; what nobody uses is left out.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from host_tools.build.scopes import BuildError, Scoped, bare_names, top_level

_Target = tuple[str, str]  # module, name


@dataclass
class _Module:
    name: str
    tree: ast.Module
    modules: dict[str, str] = field(default_factory=dict)  # local name -> joined module
    names: dict[str, _Target] = field(default_factory=dict)  # local name -> what it stands for
    outside: list[ast.Import | ast.ImportFrom] = field(default_factory=list)  # imports that stay


def bundled(
    trees: Mapping[str, ast.Module], entry: str, apart: Iterable[str] = ()
) -> tuple[ast.Module, list[str]]:
    """(the joined module, names of the modules in it): `entry` and all it imports but `apart`.

    trees: module name to syntax tree, which is used up. Raises BuildError.
    """
    inside = reachable(trees, entry, apart)
    modules = [_read(name, trees[name], set(inside)) for name in inside]
    final = _final_names(modules, entry)
    body: list[ast.stmt] = []
    for module in modules:
        body += _moved(module, final)
    kept = {final[entry, name] for name in top_level(modules[-1].tree)}
    joined = ast.Module([*_imports(modules), *_used(body, kept)], [])
    return ast.fix_missing_locations(joined), inside


def reachable(
    trees: Mapping[str, ast.Module], entry: str, apart: Iterable[str] = ()
) -> list[str]:
    """Modules that the entry starts, each after all that it imports; BuildError for a circle."""
    done: list[str] = []
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name in done or name in apart or name not in trees:
            return
        if name in begun:
            raise BuildError(f"modules import each other in a circle at {name}")
        begun.add(name)
        for wanted in _wanted(trees[name]):
            visit(wanted)
        done.append(name)

    visit(entry)
    return done


def _wanted(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _read(name: str, tree: ast.Module, inside: set[str]) -> _Module:
    module = _Module(name, tree)
    kept: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            module.outside.append(node)
        elif isinstance(node, ast.ImportFrom):
            _read_import(module, node, inside)
        elif not _is_idle(node):
            kept.append(node)
    tree.body = kept
    return module


def _read_import(module: _Module, node: ast.ImportFrom, inside: set[str]) -> None:
    for alias in node.names:
        local, source = alias.asname or alias.name, f"{node.module}.{alias.name}"
        if source in inside:
            module.modules[local] = source
        elif node.module in inside:
            if alias.name == "*":
                raise BuildError(f"{module.name}: `{ast.unparse(node)}`")
            module.names[local] = (node.module, alias.name)
        else:
            module.outside.append(ast.ImportFrom(node.module, [alias], 0))


def _is_idle(node: ast.stmt) -> bool:
    """Docstrings, and what stands under `if 0` for a type checker."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Constant) and not node.test.value and not node.orelse
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _final_names(modules: list[_Module], entry: str) -> dict[_Target, str]:
    """The name in the joined file of every top-level name; shared ones get their module's name.

    The entry's own names stay: main.py asks for them.
    """
    used = Counter(name for m in modules for name in _identifiers(m))
    final: dict[_Target, str] = {}
    for module in modules:
        for name in sorted(top_level(module.tree)):
            plain = used[name] == 1 or module.name == entry
            final[module.name, name] = name if plain else _told_apart(module.name, name)
    doubles = [name for name, count in Counter(final.values()).items() if count > 1]
    doubles += [new for (_, old), new in final.items() if new != old and used[new]]
    if doubles:
        raise BuildError(f"two things would be called {doubles[0]}")
    return final


def _told_apart(module: str, name: str) -> str:
    private = "_" if name.startswith("_") else ""
    return f"{private}{module.rsplit('.', 1)[-1]}_{name.lstrip('_')}"


def _identifiers(module: _Module) -> set[str]:
    """Every bare name of a module but those that it imports from a joined one."""
    outside = {a.asname or a.name for node in module.outside for a in node.names}
    return (bare_names(module.tree) | top_level(module.tree) | outside) - set(module.names)


def _imports(modules: list[_Module]) -> list[ast.stmt]:
    """The imports that stay, each once."""
    texts = {ast.unparse(node): node for m in modules for node in m.outside}
    sources: dict[str, str] = {}
    for text, node in texts.items():
        for alias in node.names:
            other = sources.setdefault(alias.asname or alias.name, text)
            if other != text:
                raise BuildError(f"one name from two places: {text}, {other}")
    return [texts[text] for text in sorted(texts)]


def _moved(module: _Module, final: Mapping[_Target, str]) -> list[ast.stmt]:
    """The statements of a module with the names that they have in the joined file."""
    missing = sorted(name for owner, name in module.names.values() if (owner, name) not in final)
    if missing:
        raise BuildError(f"{module.name} imports {missing[0]}, which is not there")
    names = {local: final[target] for local, target in module.names.items()}
    names |= {name: final[module.name, name] for name in top_level(module.tree)}
    members = {
        (local, name): new
        for local, source in module.modules.items()
        for (owner, name), new in final.items()
        if owner == source
    }
    return list(_Rename(module, names, members).visit(module.tree).body)


def _used(body: list[ast.stmt], kept: set[str]) -> list[ast.stmt]:
    """Without functions and classes that nothing names, `kept` aside."""
    while True:
        named = {name for node in body for name in bare_names(node)}
        idle = [node for node in body if _defined_by(node) not in {None, *named, *kept}]
        if not idle:
            return body
        body = [node for node in body if node not in idle]


def _defined_by(node: ast.stmt) -> str | None:
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else None


class _Rename(Scoped):
    """names: module-level name -> new name; members: (module's local name, attribute) -> new name.

    Annotations and docstrings go: a board has no use for them.
    """

    def __init__(
        self, module: _Module, names: Mapping[str, str], members: Mapping[_Target, str]
    ) -> None:
        super().__init__()
        self._module = module
        self._names = names
        self._members = members

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not self.is_hidden(node.id):
            if node.id in self._module.modules:
                raise BuildError(f"{self._module.name} uses the module {node.id} as a value")
            node.id = self._names.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and not self.is_hidden(node.value.id):
            new = self._members.get((node.value.id, node.attr))
            if new is not None:
                return ast.copy_location(ast.Name(new, node.ctx), node)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if self.depth == 0:
            node.name = self._names.get(node.name, node.name)
        node.returns = None
        for argument in [n for n in ast.walk(node.args) if isinstance(n, ast.arg)]:
            argument.annotation = None
        _drop_docstring(node.body)
        return super().visit_FunctionDef(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if self.depth == 0:
            node.name = self._names.get(node.name, node.name)
        _drop_docstring(node.body)
        assigned = [one for one in node.body if isinstance(one, ast.Assign)]
        for name in top_level(ast.Module(list(assigned), [])) & set(self._names):
            raise BuildError(f"class {node.name} and its module both have a {name}")
        return super().visit_ClassDef(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """An annotation without a value is nothing; one with a value is an assignment."""
        if node.value is None:
            return None
        made = ast.copy_location(ast.Assign([node.target], node.value), node)
        return self.generic_visit(made)


def _drop_docstring(body: list[ast.stmt]) -> None:
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body[0] = ast.copy_location(ast.Pass(), body[0])
        if len(body) > 1:
            del body[0]
