"""What a hard interrupt handler may not do, read from its source.

A handler's name ends in `_isr`, and so does the name of everything of ours that it calls. On the
board it must not allocate, must not raise and must not meet a float. The shim watches the same
at run time; this rule reads, so that it also sees the line that no test has reached.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.tidy.sources import Function, Source, none_of, sources

ALLOCATES = {
    ast.List: "builds a list",
    ast.Dict: "builds a dict",
    ast.Set: "builds a set",
    ast.ListComp: "builds a list",
    ast.DictComp: "builds a dict",
    ast.SetComp: "builds a set",
    ast.GeneratorExp: "builds a generator",
    ast.Lambda: "makes a function",
    ast.JoinedStr: "builds a string",
    ast.Slice: "cuts a slice",
    ast.Starred: "unpacks arguments",
    ast.Yield: "is a generator",
    ast.YieldFrom: "is a generator",
    ast.Await: "waits",
    ast.With: "opens a context",
    ast.Raise: "raises",
    ast.Assert: "raises",
    ast.Try: "meets exceptions",
    ast.Import: "imports",
    ast.ImportFrom: "imports",
    ast.FunctionDef: "makes a function",
    ast.ClassDef: "makes a class",
}

# Called in handlers and measured not to allocate: built-ins, and methods of the firmware's own
# objects (state machine, pin, watchdog, array).
MAY_CALL = {
    "min", "max", "len", "range", "abs", "ticks_us", "ticks_ms", "ticks_diff", "ticks_add",
    "put", "get", "tx_fifo", "rx_fifo", "active", "exec", "value", "on", "off", "high", "low",
}  # fmt: skip


def refused(source: Source, handler: Function) -> Iterator[str]:
    """Everything in a handler that allocates, raises or calls what is not a handler's."""
    called = {id(n.func) for n in ast.walk(handler) if isinstance(n, ast.Call)}
    for statement in handler.body:
        for node in ast.walk(statement):
            if what := _refusal(node, called):
                yield source.at(node, f"{handler.name} {what}")


def _refusal(node: ast.AST, called: set[int]) -> str | None:
    if isinstance(node, ast.Tuple):
        return "builds a tuple"  # `a, b = b, a` too, once the build has put brackets around it
    if isinstance(node, ast.Call):
        return _call_refusal(node)
    if isinstance(node, ast.Attribute) and id(node) not in called and node.attr.endswith("_isr"):
        return f"binds a method ({node.attr})"
    return ALLOCATES.get(type(node))


def _call_refusal(call: ast.Call) -> str | None:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "?")
    return None if name in MAY_CALL or name.endswith("_isr") else f"calls {name}"


BAD = [
    "x = (1, 2)", "a, b = b, a", "x = [1]", "x = {}", "x = f'{y}'", "x = y[1:2]", "print(1)",
    "raise ValueError",
    "self.callback = self.other_isr", "x = divmod(5, 2)", "foo(*y)", "assert x",
    "with y: pass", "for i in enumerate(y): pass", "self.ledger.book(3)",
]  # fmt: skip
GOOD = [
    "self.count += 1", "for i in range(4): self.tick_isr(i)", "y[0] = min(3, x)",
    "sm.put(word)", "while self.left > 0: self.left -= 1",
]  # fmt: skip


def _refusals_in(line: str) -> list[str]:
    source = Source("x.py", f"def sample_isr(self, x, y, a, b):\n    {line}\n")
    return list(refused(source, next(source.functions())))


@pytest.mark.parametrize("line", BAD)
def test_rule_sees_what_would_allocate_or_raise(line: str) -> None:
    assert _refusals_in(line)


@pytest.mark.parametrize("line", GOOD)
def test_rule_lets_pass_what_stays_on_the_stack(line: str) -> None:
    assert _refusals_in(line) == []


def test_interrupt_handlers_neither_allocate_nor_raise() -> None:
    handlers = [
        (s, f) for s in sources("device") for f in s.functions() if f.name.endswith("_isr")
    ]
    assert handlers, "no interrupt handler found: the rule looks at nothing"
    none_of(w for s, f in handlers for w in refused(s, f))
