"""Short names mean what the long ones meant."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from host_tools.build.scopes import BuildError
from host_tools.build.shorten import Names


def short(text: str, other: str = "") -> str:
    """The text with short names; `other` belongs to the program and keeps its own."""
    tree = ast.parse(text)
    return ast.unparse(Names([tree], [ast.parse(other)]).shortened(tree))


def value(text: str) -> Any:
    """What the name `found` has after the text has run."""
    space: dict[str, Any] = {}
    exec(text, space)
    return space["found"]


def test_parameters_become_letters_and_locals_stay() -> None:
    assert short("def f(first, second):\n    total = first + second\n    return total\n") == (
        "def f(b, e):\n    total = b + e\n    return total"
    )


def test_a_letter_that_the_function_uses_is_not_given_away() -> None:
    assert short("def f(first):\n    b = first\n    return b + e\n") == (
        "def f(f):\n    b = f\n    return b + e"
    )


@pytest.mark.parametrize(
    "text",
    [
        "def f(alpha):\n    def g(beta):\n        return alpha * 10 + beta\n    return g\n"
        "found = f(3)(4)",
        "def f(alpha):\n    return (lambda beta: alpha * 10 + beta)(4)\nfound = f(3)",
        "def f(alpha):\n    return [alpha * 10 + beta for beta in (4,)][0]\nfound = f(3)",
        "def f(alpha):\n    return [alpha for alpha in (34,)][0]\nfound = f(3)",
        "def f(alpha):\n    return (lambda alpha: alpha + 31)(alpha)\nfound = f(3)",
        "def f(alpha):\n    def g(beta=alpha):\n        return beta + 31\n    return g()\n"
        "found = f(3)",
        "def f(alpha):\n    def g():\n        alpha = 34\n        return alpha\n    return g()\n"
        "found = f(3)",
        "def f(alpha, *rest):\n    return alpha * 10 + rest[0]\nfound = f(3, 4)",
        "class C:\n    def __init__(self, alpha):\n        self._kept = alpha\n"
        "    def get(self, beta):\n        return self._kept * 10 + beta\nfound = C(3).get(4)",
        "class C:\n    _first = 34\n    def get(self):\n        return self._first\n"
        "found = C().get()",
        "class C:\n    def __init__(self):\n        self._kept = 34\n"
        "found = getattr(C(), '_kept')",
        "class C:\n    def __init__(self):\n        self._next = 3\n        self._a = 4\n"
        "    def get(self):\n        return self._next * 10 + self._a\nfound = C().get()",
    ],
)
def test_nested_functions_and_classes_give_the_same_value(text: str) -> None:
    assert value(text) == 34
    assert value(short(text)) == 34


def test_a_parameter_that_is_named_in_a_call_keeps_its_name() -> None:
    text = "def f(first, kept=1):\n    return first + kept\nfound = f(3, kept=31)"
    assert "def f(b, kept=1)" in short(text)
    assert value(short(text)) == 34
    assert "def f(kept)" in short("def f(kept):\n    return kept\n", other="f(kept=2)")


def test_keywords_out_of_a_dictionary_cannot_be_followed() -> None:
    with pytest.raises(BuildError, match=r"\*\*"):
        short("f(**fields)")


def test_private_data_is_short_in_every_module_and_methods_keep_their_names() -> None:
    owner = ast.parse("class C:\n    def _act(self):\n        self._owed = 1\n")
    friend = ast.parse("def f(c):\n    c._act()\n    return c._owed + c.public\n")
    names = Names([owner, friend])
    assert ast.unparse(names.shortened(owner)).endswith("def _act(self):\n        self._b = 1")
    assert "return b._b + b.public" in ast.unparse(names.shortened(friend))


def test_private_data_that_main_touches_keeps_its_name() -> None:
    assert "self._loop" in short(
        "class C:\n    def __init__(self):\n        self._loop = 1\n", other="c._loop"
    )
