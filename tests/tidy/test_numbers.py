"""Integers only on the device, and names that say their unit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.tidy.sources import Function, Source, none_of, sources

# A name that ends in one of these is a physical quantity without its unit.
UNITLESS = {
    "rate", "volume", "amount", "duration", "interval", "period", "timeout", "delay", "elapsed",
    "deadline", "voltage", "frequency", "temperature", "pressure", "weight", "mass", "width",
    "spacing", "age", "uptime", "lockout", "speed", "distance", "current", "resistance",
}  # fmt: skip
# Numbers of no unit that the shim's names have on the board.
AS_ON_THE_BOARD = ("shim/modules/",)


def floats(source: Source) -> Iterator[str]:
    """Everything that makes a float."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield source.at(node, f"float {node.value}")
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield source.at(node, "true division; say floor or rounding")
        if isinstance(node, ast.Name) and node.id == "float":
            yield source.at(node, "float")


def without_unit(source: Source) -> Iterator[str]:
    """Numeric parameters of public functions whose name hides the unit."""
    for function in source.functions():
        if function.name.startswith("_") and function.name != "__init__":
            continue
        for argument in (*function.args.args, *function.args.kwonlyargs):
            if argument.arg.split("_")[-1] in UNITLESS and _is_number(argument):
                yield source.at(function, f"{function.name}({argument.arg}): in what unit?")


def _is_number(argument: ast.arg) -> bool:
    said = ast.unparse(argument.annotation).strip("'\"") if argument.annotation else "int"
    return said.split(" ")[0] in ("int", "float")


def implementation_checks(source: Source) -> Iterator[str]:
    """Code that asks which Python runs it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "implementation":
            yield source.at(node, "asks for the implementation")


def small_int_overflow(function: Function) -> Iterator[ast.Constant]:
    """Integer literals that an interrupt handler cannot hold without allocating."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int)
            and node.value >= 1 << 30
        ):
            yield node


def test_device_code_has_no_float() -> None:
    wrong = Source("device/x.py", "a = 1.5\nb = a / 2\na /= 2\nc = float(a)\n")
    assert len(list(floats(wrong))) == 4
    assert not list(floats(Source("device/x.py", "a = 7 // 2\nb = '/'\n")))
    none_of(w for s in sources("device") for w in floats(s))


def test_public_numbers_say_their_unit() -> None:
    wrong = Source("shim/x.py", "def move(rate: int, timeout: float, pump_speed): pass\n")
    assert len(list(without_unit(wrong))) == 3
    right = Source("shim/x.py", "def move(rate_nl_h: int, bus: str, speed: 'Speed'): pass\n")
    assert not list(without_unit(right))
    looked_at = [
        s
        for s in sources("device", "shim", "host_tools")
        if not s.path.startswith(AS_ON_THE_BOARD)
    ]
    none_of(w for s in looked_at for w in without_unit(s))


def test_nothing_but_hal_asks_which_python_runs_it() -> None:
    assert list(implementation_checks(Source("x.py", "import sys\nsys.implementation.name\n")))
    pure = [s for s in sources("device") if not s.is_hal]
    none_of(w for s in pure for w in implementation_checks(s))


def test_interrupt_handlers_hold_no_long_integer() -> None:
    (found,) = small_int_overflow(
        next(Source("x.py", "def a_isr():\n    return 1 << 3 | 0x40000000\n").functions())
    )
    assert found.value == 1 << 30
    handlers = [
        (s, f) for s in sources("device") for f in s.functions() if f.name.endswith("_isr")
    ]
    assert handlers, "no interrupt handler found: the rule looks at nothing"
    assert [s.at(n, str(n.value)) for s, f in handlers for n in small_int_overflow(f)] == []
