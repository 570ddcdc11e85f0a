"""Strict mode int31: functions named *_isr compute in small ints and never allocate.

Desktop Python forgives what kills a hard timer on the board: an int past 31 bits, a float, a
tuple. This mode rewrites the syntax tree of every `*_isr` function: each value that an operation
makes is checked at run time, and constructs that allocate are refused when the file is compiled.
"""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any, NoReturn

from shim.errors import StrictError

SMALL_MIN = -(1 << 30)
SMALL_MAX = (1 << 30) - 1
CHECK = "__int31__"
CHECK_ATTRIBUTE = "__int31_attribute__"

FREE_CALLS = frozenset({"min", "max", "len", "range", "abs"})
FREE_METHODS = frozenset(
    "put get exec tx_fifo rx_fifo value on off high low active ticks_ms ticks_us ticks_add "
    "ticks_diff schedule".split()
)
"""Methods measured or known not to allocate when called with small ints."""

REFUSED: dict[type[ast.AST], str] = {
    ast.List: "a list display allocates",
    ast.Tuple: "a tuple display allocates",
    ast.Dict: "a dict display allocates",
    ast.Set: "a set display allocates",
    ast.JoinedStr: "an f-string allocates",
    ast.Slice: "a slice allocates",
    ast.Lambda: "a lambda allocates",
    ast.FunctionDef: "a nested function allocates",
    ast.ClassDef: "a class allocates",
    ast.ListComp: "a comprehension allocates",
    ast.SetComp: "a comprehension allocates",
    ast.DictComp: "a comprehension allocates",
    ast.GeneratorExp: "a generator allocates",
    ast.Yield: "a generator allocates",
    ast.Await: "await allocates",
    ast.Starred: "a star allocates",
    ast.Raise: "an exception allocates",
    ast.Assert: "an assertion may raise",
    ast.With: "a with block allocates",
    ast.Import: "an import allocates",
    ast.ImportFrom: "an import allocates",
    ast.Global: "",
}


def check(value: Any, where: str) -> Any:
    """The value, if it is no number or a small int; else StrictError."""
    if isinstance(value, float) or (
        isinstance(value, int) and not SMALL_MIN <= value <= SMALL_MAX
    ):
        raise StrictError(f"{where}: {value!r} is no small int (31 bits)")
    return value


class _Guard(ast.NodeTransformer):
    """Rewrites the body of one *_isr function."""

    def __init__(self, filename: str) -> None:
        self._filename = filename

    def _refuse(self, node: ast.AST, reason: str) -> NoReturn:
        raise StrictError(f"{self._filename}:{getattr(node, 'lineno', 0)}: {reason}")

    def visit(self, node: ast.AST) -> Any:
        """Refuse what allocates; check what computes."""
        reason = REFUSED.get(type(node))
        if reason and not self._is_swap(node):
            self._refuse(node, reason)
        return super().visit(node)

    @staticmethod
    def _is_swap(node: ast.AST) -> bool:
        """`a, b = b, a` does not build its tuples (measured on the firmware)."""
        return isinstance(node, ast.Tuple) and getattr(node, "picodose_swap", False)

    def visit_Assign(self, node: ast.Assign) -> Any:
        target = node.targets[0]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            if len(target.elts) in (2, 3):
                target.picodose_swap = node.value.picodose_swap = True  # type: ignore[attr-defined]
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        if isinstance(node.op, ast.Div):
            self._refuse(node, "true division makes a float")
        return self._checked(self.generic_visit(node), node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return self._checked(self.generic_visit(node), node)

    def visit_Constant(self, node: ast.Constant) -> Any:
        check(node.value, f"{self._filename}:{node.lineno}")
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """`x op= y` becomes `x = check(x op y)`; its target is a name, attribute or item."""
        if isinstance(node.op, ast.Div):
            self._refuse(node, "true division makes a float")
        source = ast.unparse(node.target)
        left = ast.parse(source, mode="eval").body
        value = ast.BinOp(left, node.op, node.value)
        ast.copy_location(value, node)
        ast.fix_missing_locations(value)
        for part in ast.walk(left):
            ast.copy_location(part, node)
        assign = ast.Assign([node.target], self.visit(value))
        return ast.fix_missing_locations(ast.copy_location(assign, node))

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            return self._checked(node, node, bound_method=True)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        """Register addresses pass through mem32 unchecked; what is read out of them is not."""
        is_register = isinstance(node.value, ast.Attribute | ast.Name) and "mem" in ast.unparse(
            node.value
        )
        if not is_register:
            node.slice = self.visit(node.slice)
        node.value = node.value if is_register else self.visit(node.value)
        return self._checked(node, node) if isinstance(node.ctx, ast.Load) else node

    def visit_Call(self, node: ast.Call) -> Any:
        name = self._called(node)
        if not (name.endswith("_isr") or name in FREE_CALLS or name in FREE_METHODS):
            self._refuse(node, f"call of {name}, which is neither an *_isr nor known to be free")
        node.args = [self._checked(self.visit(arg), arg) for arg in node.args]
        for keyword in node.keywords:
            keyword.value = self._checked(self.visit(keyword.value), keyword.value)
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        return self._checked(node, node)

    def _called(self, node: ast.Call) -> str:
        if isinstance(node.func, ast.Attribute):
            return node.func.attr
        if isinstance(node.func, ast.Name):
            return node.func.id
        self._refuse(node, "a computed call")

    def _checked(self, value: Any, at: ast.AST, bound_method: bool = False) -> ast.expr:
        line = getattr(at, "lineno", 0)
        name = CHECK_ATTRIBUTE if bound_method else CHECK
        call = ast.Call(
            ast.Name(name, ast.Load()), [value, ast.Constant(f"{self._filename}:{line}")], []
        )
        return ast.fix_missing_locations(ast.copy_location(call, at))


def check_attribute(value: Any, where: str) -> Any:
    """As check; a method taken without being called allocates a bound method."""
    if getattr(value, "__self__", None) is not None and hasattr(value, "__func__"):
        raise StrictError(f"{where}: a bound method that is not called allocates")
    return check(value, where)


class _Finder(ast.NodeTransformer):
    """Finds the *_isr functions of a module."""

    def __init__(self, filename: str) -> None:
        self._filename = filename

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        if not node.name.endswith("_isr"):
            return self.generic_visit(node)
        guard = _Guard(self._filename)
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        node.body = [guard.visit(statement) for statement in body] or [ast.Pass()]
        return node


def guarded_compile(source: str, filename: str) -> CodeType:
    """Compile device source with every *_isr function guarded."""
    tree = _Finder(filename).visit(ast.parse(source, filename))
    return compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)


def builtins() -> dict[str, Any]:
    """The names the guarded code calls."""
    return {CHECK: check, CHECK_ATTRIBUTE: check_attribute}
