"""Constants become numbers wherever they are read, and nowhere else."""

from __future__ import annotations

import ast

from host_tools.build.fold import constants_of, folded

CODES = "A = const(3)\n_B = const(A + 4)\nTABLE = (1, 2)\nFREE = 9\n"


def fold(text: str, **others: str) -> str:
    """One module (called `user`) after folding, beside `codes` and others."""
    trees = {name: ast.parse(t) for name, t in {"codes": CODES, **others, "user": text}.items()}
    return ast.unparse(folded("user", trees["user"], constants_of(trees)))


def test_a_constant_is_a_const_of_literals_or_of_constants_before_it() -> None:
    assert constants_of({"codes": ast.parse(CODES)}) == {"codes": {"A": 3, "_B": 7}}


def test_a_profile_keeps_its_numbers_because_main_asks_for_them() -> None:
    assert constants_of({"profiles.bench": ast.parse("PIN = const(2)")}) == {}


def test_a_module_s_own_constant_becomes_a_number_and_its_definition_goes() -> None:
    assert fold("_X = const(5)\ny = const(_X * 2)\nz = _X\n") == "y = const(5 * 2)\nz = 5"


def test_a_constant_of_another_module_is_found_under_every_name_it_is_given() -> None:
    assert fold("from pump import codes as c\nx = c.A\n", **{"pump.codes": CODES}) == "x = 3"
    assert fold("from codes import A\nx = A\n") == "x = 3"
    assert fold("from codes import A as first, FREE\nx = first + FREE\n") == (
        "from codes import FREE\nx = 3 + FREE"
    )


def test_what_is_no_integer_constant_stays_with_its_import() -> None:
    text = "from pump import codes\nx = codes.TABLE\ny = codes.A"
    assert fold(text, **{"pump.codes": CODES}) == (
        "from pump import codes\nx = codes.TABLE\ny = 3"
    )


def test_a_name_that_a_function_binds_itself_is_not_the_constant() -> None:
    text = (
        "from codes import A\n"
        "def f(A, b=A):\n    return A + b\n"
        "def g():\n    return [A for A in (1, A)]\n"
        "def h():\n    return (lambda A: A)(A)\n"
    )
    assert fold(text).splitlines() == [
        "from codes import A",
        "",
        "def f(A, b=3):",
        "    return A + b",
        "",
        "def g():",
        "    return [A for A in (1, 3)]",
        "",
        "def h():",
        "    return (lambda A: A)(3)",
    ]


def test_an_attribute_of_an_object_that_shadows_the_module_is_left_alone() -> None:
    text = "from pump import codes\ndef f(codes):\n    return codes.A\n"
    assert "codes.A" in fold(text, **{"pump.codes": CODES})
