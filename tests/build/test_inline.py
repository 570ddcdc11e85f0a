"""A function that one place alone calls is put there, and the program does the same."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from host_tools.build.inline import inlined


def moved(text: str, *kept: str) -> str:
    """The text with its functions put where they are called."""
    return ast.unparse(inlined(ast.parse(text), {"found", "Pump", *kept}))


def value(text: str) -> Any:
    """What the name `found` has after the text has run."""
    space: dict[str, Any] = {}
    exec(text, space)
    return space["found"]


# Each gives 34. `asked` is what a caller outside the program calls and therefore stays.
MOVED = {
    "value": "def part(a):\n    b = a + 4\n    return b\ndef asked():\n    x = part(30)\n    return x",
    "whole": "def part(a):\n    if a > 3:\n        return 34\n    return 0\n"
    "def asked():\n    return part(30)",
    "falls through": "def part(a):\n    if a < 3:\n        return 1\n"
    "def inner(on=1):\n    if on:\n        return part(3)\n    return 2\n"
    "def asked():\n    return 34 if inner() is inner(1) else 0",
    "branches": "def part(a):\n    if a < 3:\n        return 1\n    elif a < 9:\n        b = a\n"
    "    else:\n        return 3\n    return b + 30\ndef asked():\n    x = part(4)\n    return x",
    "last": "def part(kept):\n    if kept:\n        return\n    kept.append(1)\n"
    "def asked():\n    kept = [34]\n    every(kept)\n    return kept[-1]\n"
    "def every(kept):\n    part(kept)",
    "expression": "def part(a, b):\n    return a * b\n"
    "def asked():\n    n = 3\n    return 4 + part(n, 10)",
    "condition": "def part(a):\n    b = a + 1\n    return b > 3\n"
    "def asked():\n    if not part(3):\n        return 1\n    else:\n        return 34",
    "same local": "def part(a):\n    x = a + 1\n    return x\n"
    "def asked():\n    x = 20\n    y = part(x) - 7\n    return x + y",
    "parameter written": "def part(a):\n    a += 4\n    return a\n"
    "def asked():\n    a = 30\n    b = part(a)\n    return b if a == 30 else 0",
    "default": "def part(a, b=4):\n    c = a + b\n    return c\ndef asked():\n    return part(30)",
    "keyword": "def part(a, b):\n    c = a - b\n    return c\n"
    "def asked():\n    return part(b=6, a=40)",
    "method": "class Pump:\n    def part(self, n):\n        self.kept = n + 4\n"
    "        return self.kept\n    def all(self):\n        return self.part(30)\n"
    "def asked():\n    pump = Pump()\n    pump.all()\n    return pump.kept",
    "other's method": "class Pump:\n    def part(self, n):\n        self.kept = n + 4\n"
    "        return self.kept\nclass Room:\n    def __init__(self):\n        self.pump = Pump()\n"
    "    def all(self):\n        return self.pump.part(30)\ndef asked():\n    return Room().all()",
    "error": "def part(rows):\n    try:\n        return rows[9]\n    except IndexError as error:\n"
    "        return len(str(error)) and 34\ndef asked():\n    return part([1])",
    "loop": "def part(n):\n    made = [i * n for i in range(4)]\n    return made\n"
    "def asked():\n    total = 4\n    for i in part(5):\n        total += i\n    return total",
    "in a row": "def a_part(n):\n    m = n + 1\n    return b_part(m)\n"
    "def b_part(n):\n    m = n + 1\n    return m\ndef asked():\n    return a_part(32)",
    "in another order": "def b_part(n):\n    m = n + 1\n    return m\n"
    "def asked():\n    return a_part(32)\ndef a_part(n):\n    m = n + 1\n    return b_part(m)",
}
STAYS = {
    "called twice": "def part(a):\n    return a\ndef asked():\n    return part(30) + part(4)",
    "named in a table": "def part(a):\n    return a\nTABLE = (part,)\n"
    "def asked():\n    return TABLE[0](34)",
    "two of a name": "class Pump:\n    def part(self):\n        return 30\nclass Room:\n"
    "    def part(self):\n        return 4\ndef asked():\n    total = 0\n"
    "    for one in (Pump(), Room()):\n        total += one.part()\n    return total",
    "its turn is later": "def first(kept):\n    kept.append(30)\n    return 0\n"
    "def part(kept):\n    total = kept[-1] + 4\n    return total\n"
    "def asked():\n    kept = [0]\n    return min(first(kept), 9) + part(kept)",
    "a return out of a loop": "def part(rows):\n    for one in rows:\n        if one > 9:\n"
    "            return one\n    return 0\ndef asked():\n    x = part((4, 34))\n    return x",
    "a global that the caller hides": "rest = 4\ndef part(a):\n    return a + rest\n"
    "def asked():\n    rest = 30\n    return part(rest)",
    "a global that a function around hides": "rest = 4\ndef part(a):\n    return a + rest\n"
    "def asked():\n    rest = 30\n    def inner():\n        return part(rest)\n"
    "    return inner()",
    "interrupt": "def part(a):\n    return a\ndef tick_isr():\n    return part(34)\n"
    "def asked():\n    return tick_isr()",
    "generator": "def part(a):\n    yield a\ndef asked():\n    return sum(part(34))",
    "itself": "def part(a):\n    return a if a > 33 else part(a + 1)\n"
    "def asked():\n    return [part][0](3)",
}


@pytest.mark.parametrize("text", MOVED.values(), ids=MOVED)
def test_what_is_called_once_moves(text: str) -> None:
    text += "\nfound = asked()"
    assert value(text) == 34
    assert value(moved(text, "asked")) == 34
    assert "part" not in moved(text, "asked").replace("part__", "")


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_what_may_mean_or_do_something_else_stays(text: str) -> None:
    text += "\nfound = asked()"
    assert value(text) == 34
    assert value(moved(text, "asked")) == 34
    assert "def part" in moved(text, "asked")


def test_arguments_are_computed_before_the_body_as_in_a_call() -> None:
    text = (
        "class Pump:\n    def __init__(self):\n        self.n = 34\n"
        "    def part(self, was):\n        self.n = 0\n        return was\n"
        "    def all(self):\n        return self.part(self.n)\nfound = Pump().all()"
    )
    assert "def part" not in moved(text)
    assert value(moved(text)) == 34


def test_a_name_that_something_else_asks_for_stays() -> None:
    text = "def part(a):\n    return a\ndef asked():\n    return part(34)"
    assert "def part" in moved(text, "part", "asked")
