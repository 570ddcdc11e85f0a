"""Small functions, small files, described interfaces, nothing written twice."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from tests.tidy.sources import Function, Source, is_for_checkers, none_of, sources

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
LONGEST_TEST_FILE = 400
# Names and meanings of these are MicroPython's, and described there.
AS_ON_THE_BOARD = ("shim/modules/", "shim/pio/asm.py")
ALL = ("device", "shim", "host_tools", "tools", "tests")


def code_lines(function: Function) -> int:
    """Lines of a function, its docstring aside."""
    text = ast.get_docstring(function, clean=False)
    doc = function.body[0]
    described = (doc.end_lineno or 0) - doc.lineno + 1 if text is not None else 0
    return (function.end_lineno or 0) - function.lineno + 1 - described


def too_long(source: Source) -> Iterator[str]:
    """Functions and files over their limits."""
    for function in source.functions():
        if code_lines(function) > LONGEST_FUNCTION:
            yield source.at(function, f"{function.name} has {code_lines(function)} lines")
    limit = LONGEST_TEST_FILE if source.path.startswith("tests/") else LONGEST_FILE
    if (lines := source.text.count("\n")) > limit:
        yield f"{source.path}: {lines} lines"


def undescribed(source: Source, interfaces: Container[str] = ()) -> Iterator[str]:
    """Public modules, classes and functions without a docstring.

    A method that implements a described interface (a Protocol) is described there.
    """
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield f"{source.path}:1: the module says not what it is for"
    scopes: list[ast.Module | ast.ClassDef] = [source.tree, *_public_classes(source.tree)]
    for scope in scopes:
        known = interfaces if isinstance(scope, ast.ClassDef) else ()
        for node in scope.body:
            if isinstance(node, Function | ast.ClassDef) and _is_public(node):
                if not ast.get_docstring(node) and node.name not in known:
                    yield source.at(node, f"{node.name} has no docstring")


def interface_methods(files: Iterable[Source]) -> set[str]:
    """Names that a Protocol describes."""
    classes = [n for s in files for n in s.tree.body if isinstance(n, ast.ClassDef)]
    protocols = [c for c in classes if any("Protocol" in ast.unparse(b) for b in c.bases)]
    methods = [n for c in protocols for n in c.body if isinstance(n, Function)]
    return {m.name for m in methods if ast.get_docstring(m)}


def _public_classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"]


def _is_public(node: Function | ast.ClassDef) -> bool:
    names = {ast.unparse(d).split(".")[-1] for d in node.decorator_list}
    return node.name[0] != "_" and not names & {"setter", "overload"}


def import_time_work(source: Source) -> Iterator[str]:
    """Statements of a module that do more than define."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            value = node.value
            if value is not None and not _is_data(value):
                yield source.at(node, "works at import")
        elif not isinstance(
            node, Function | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Expr | ast.If
        ):
            yield source.at(node, "works at import")
        elif isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            yield source.at(node, "works at import")
        elif isinstance(node, ast.If) and not is_for_checkers(node):
            yield source.at(node, "decides at import")


def _is_data(value: ast.expr) -> bool:
    made = {"const", "namedtuple"}
    calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
    loops = (ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
    named = all(isinstance(c.func, ast.Name) and c.func.id in made for c in calls)
    return named and not any(isinstance(n, loops) for n in ast.walk(value))


def defined_twice(source: Source) -> Iterator[str]:
    """Names that one scope defines twice, the later one hiding the earlier."""
    scopes = [n for n in ast.walk(source.tree) if isinstance(n, ast.Module | ast.ClassDef)]
    for scope in scopes:
        seen: set[str] = set()
        for node in scope.body:
            if isinstance(node, Function | ast.ClassDef) and _is_plain(node):
                if node.name in seen:
                    yield source.at(node, f"{node.name} is defined twice")
                seen.add(node.name)


def _is_plain(node: Function | ast.ClassDef) -> bool:
    said = {ast.unparse(d).split(".")[-1] for d in node.decorator_list}
    return not said & {"setter", "getter", "deleter", "overload", "register"}


def written_twice(files: Iterable[Source], least_lines: int = 6) -> Iterator[str]:
    """Functions with the same body in two places."""
    places: dict[str, list[str]] = defaultdict(list)
    for source in files:
        for function in source.functions():
            described = ast.get_docstring(function) is not None
            body = function.body[1:] if described else function.body
            if code_lines(function) > least_lines:
                key = "\n".join(ast.dump(node) for node in body)
                places[key].append(source.at(function, function.name))
    yield from (" = ".join(found) for found in places.values() if len(found) > 1)


def test_functions_and_files_are_short() -> None:
    long = Source("shim/x.py", "def f():\n" + "    a = 1\n" * 40 + "\n" * 300)
    assert len(list(too_long(long))) == 2
    described = Source("shim/x.py", 'def f():\n    """a\n' + "\n" * 60 + '    """\n    return 1\n')
    assert not list(too_long(described))
    none_of(w for s in sources(*ALL) for w in too_long(s))


def test_public_names_are_described() -> None:
    bare = Source("shim/x.py", "class A:\n    def f(self): pass\n    def _g(self): pass\n")
    assert len(list(undescribed(bare))) == 3
    looked_at = sources("device", "shim", "host_tools", "tools")
    described = interface_methods(looked_at)
    ours = [s for s in looked_at if not s.path.startswith(AS_ON_THE_BOARD)]
    none_of(w for s in ours for w in undescribed(s, described))


def test_pure_device_modules_only_define() -> None:
    busy = Source("device/x.py", "a = f()\nb = [i for i in c]\nfor x in a: pass\nprint(1)\n")
    assert len(list(import_time_work(busy))) == 4
    calm = Source("device/x.py", '"""x"""\n_A = const(3)\nB = (1, (2, "x"))\ndef f(): pass\n')
    assert not list(import_time_work(calm))
    pure = [s for s in sources("device") if not s.is_hal]
    none_of(w for s in pure for w in import_time_work(s))


def test_no_name_is_defined_twice_in_one_scope() -> None:
    assert list(defined_twice(Source("x.py", "def f(): pass\ndef f(): pass\n")))
    none_of(w for s in sources(*ALL) for w in defined_twice(s))


def test_no_function_is_written_twice() -> None:
    body = "    a = 1\n    b = 2\n    c = a + b\n    d = c * 2\n    e = d - 1\n    return e + a\n"
    pair = [Source("x.py", f"def f():\n{body}"), Source("y.py", f"def g():\n{body}")]
    assert list(written_twice(pair)) == ["x.py:1: f = y.py:1: g"]
    none_of(written_twice(sources(*ALL)))
