"""Many modules in, one out, and the same value."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from host_tools.build.bundle import bundled
from host_tools.build.scopes import BuildError


def joined(**texts: str) -> str:
    """One text of modules whose names have _ for the dot; `main` is the entry."""
    trees = {name.replace("_", "."): ast.parse(text) for name, text in texts.items()}
    return ast.unparse(bundled(trees, "main")[0])


def value(**texts: str) -> Any:
    """What `found` is once the joined file has run."""
    space: dict[str, Any] = {}
    exec(joined(**texts), space)
    return space["found"]


def test_modules_stand_in_the_order_of_their_imports_and_each_once() -> None:
    trees = {
        "main": ast.parse("from b import two\nfrom a import one\nfound = one + two"),
        "b": ast.parse("from a import one\ntwo = one + 1"),
        "a": ast.parse("one = 1"),
        "other": ast.parse("never = 1"),
    }
    tree, inside = bundled(trees, "main")
    assert inside == ["a", "b", "main"]
    assert ast.unparse(tree) == "one = 1\ntwo = one + 1\nfound = one + two"


def test_a_module_kept_apart_is_still_imported() -> None:
    trees = {"main": ast.parse("from a import one\nfound = one"), "a": ast.parse("one = 1")}
    tree, inside = bundled(trees, "main", apart=["a"])
    assert inside == ["main"]
    assert ast.unparse(tree) == "from a import one\nfound = one"


def test_a_name_of_two_modules_is_told_apart_under_every_way_to_say_it() -> None:
    first = "def make():\n    return 30\n_K = [1]\ndef keep():\n    return _K[0]"
    second = "def make():\n    return 2\n_K = [1]\ndef more():\n    return _K[0]"
    main = (
        "from p import a\nfrom p.b import make, more as m\nfrom p import b as c\n"
        "found = a.make() + make() + a.keep() + m() + c.make() - 2"
    )
    text = joined(p_a=first, p_b=second, main=main)
    assert value(p_a=first, p_b=second, main=main) == 34
    assert "_a_K" in text and "_b_K" in text  # private stays private


@pytest.mark.parametrize(
    "body",
    [
        "def f(b):\n    return b.shown\nclass O:\n    pass\nO.shown = 34\nfound = f(O)",
        "def f():\n    return [n for n in (34,)][0]\nfound = f()",
        "def f():\n    return n + sum([n for n in (1, 1)])\nn = 32\nfound = f()",
        "def f():\n    try:\n        raise ValueError(34)\n    except ValueError as n:\n"
        "        return n.args[0]\nfound = f()",
        "def f(n=n):\n    return n\nfound = f()",
        "found = (lambda n: n)(34)",
        "def f():\n    def n():\n        return 34\n    return n()\nfound = f()",
    ],
)
def test_what_a_function_binds_itself_is_not_the_module_s_name(body: str) -> None:
    main = f"from a import n as other, shown\nfrom p import b\nn = 34\n{body}"
    assert value(a="n = 1\nshown = 2", p_b="n = 1\nshown = 3", main=main) == 34


def test_annotations_and_docstrings_are_left_behind() -> None:
    text = joined(
        main='"""What."""\nclass C:\n    """How."""\n    x: "int"\n'
        'def f(a: "int") -> int:\n    """Why."""\n    b: int = a\n    return b\nfound = f, C\n'
    )
    assert '"""' not in text and ": int" not in text and "->" not in text


def test_what_nobody_names_is_left_out_and_the_entry_s_own_stays() -> None:
    lone = "def idle():\n    return deep()\ndef deep():\n    pass\ndef used():\n    return 34"
    text = joined(a=lone, main="from a import used\ndef build():\n    return used()")
    assert "idle" not in text and "deep" not in text
    assert "def used" in text and "def build" in text


def test_what_only_a_type_checker_imports_is_left_out() -> None:
    assert joined(main="if 0:\n    from typing import Any\nfound = 1") == "found = 1"


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"a": "from main import x", "main": "from a import y"}, "circle"),
        ({"p_a": "x = 1", "main": "from p import a\nf(a)"}, "as a value"),
        ({"a": "x = 1", "main": "from a import *"}, "import \\*"),
        ({"main": "def f():\n    import time"}, "inside a function"),
        ({"main": "def f():\n    from time import sleep"}, "inside a function"),
        ({"main": "def f():\n    global x"}, "global"),
        ({"main": "def f():\n    def g():\n        nonlocal x"}, "nonlocal"),
        (
            {"a": "from x import n\nf = n", "main": "from y import n\nfrom a import f\nn"},
            "two places",
        ),
        ({"a": "n = 1", "main": "from a import m"}, "not there"),
        ({"a": "n = 1", "main": "from a import n as m\nclass C:\n    n = 2\nn = 3\nm"}, "both"),
        ({"p_a": "n = 1", "main": "from p import a\na_n = 1\nn = a.n"}, "would be called"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_reason(
    texts: dict[str, str], reason: str
) -> None:
    with pytest.raises(BuildError, match=reason):
        joined(**texts)
