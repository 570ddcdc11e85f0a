"""A board gets the firmware of its profile: its drive, its sensors, its numbers."""

from __future__ import annotations

import ast

import pytest

from host_tools.build import as_compiled, texts_of
from host_tools.build.facts import Facts, decided, facts_of, remaining

# Pulses, beeper, the counter of edges (an index sensor needs it too); a counter of their own.
PROGRAMS = {"bench_step": 3, "uln2003": 4}


@pytest.mark.req("DEL-3")
@pytest.mark.parametrize("profile", PROGRAMS)
def test_the_firmware_has_the_drive_of_its_profile_alone(profile: str) -> None:
    texts = texts_of()
    texts["profiles/active.py"] = f"from profiles.{profile} import *\n"
    firmware = as_compiled(texts)["picodose/assembly.py"]
    assert firmware.count("asm_pio(") == PROGRAMS[profile]
    assert ("out_init=[" in firmware) == (profile == "uln2003")


def facts(text: str) -> Facts:
    """Of a profile with this text."""
    return facts_of({"pump": ast.parse(text)}, "pump")


def board(text: str, profile: str) -> str:
    """The firmware's text for a board with this profile."""
    return ast.unparse(decided(ast.parse(text), facts(profile)))


def test_a_question_for_the_profile_is_answered_and_no_other() -> None:
    asked = "if profile.DRIVER == 'a':\n    x = 1\nelif profile.DRIVER == 'b':\n    x = 2"
    text = asked + "\nelse:\n    x = 3"
    for drive, x in (("a", 1), ("b", 2), ("c", 3)):
        assert board(text, f"DRIVER = '{drive}'") == f"x = {x}"
    other = "if plan.DRIVER == 'a':\n    x = 1\nif profile.NAME == 'a':\n    x = 2"
    assert board(other, "DRIVER = 'a'") == other


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = self._profile.WAKE_MS + 1", "x = 2 + 1"),
        ("x = parts.profile.CURVE[1]", "x = ((1, 2), (3, 4))[1]"),
        ("x = None if profile.PIN is None else Pin(profile.PIN)", "x = None"),
        ("x = None if profile.WAKE_MS is None else Pin(profile.WAKE_MS)", "x = Pin(2)"),
        ("x = profile.FIXED and wanted()", "x = 0"),
        ("x = profile.WAKE_MS and wanted()", "x = wanted()"),
        ("x = profile.WAKE_MS or wanted()", "x = 2"),
        ("x = wanted() and profile.FIXED", "x = wanted() and 0"),
        ("if profile.FIXED:\n    x = 1", "pass"),
        ("def f(parts):\n    profile = parts.profile\n    return profile.PIN", "def f(parts):\n    return None"),
        ("def f(parts):\n    profile = parts.profile\n    return profile", "def f(parts):\n    profile = parts.profile\n    return profile"),
    ],
)  # fmt: skip
def test_facts_take_the_place_of_their_names(text: str, wanted: str) -> None:
    profile = "WAKE_MS = const(2)\nCURVE = ((1, 2), (3, 4))\nPIN = None\nFIXED = const(0)"
    assert board(text, profile) == wanted


def test_a_profile_s_own_facts_go_before_those_it_builds_on() -> None:
    base, own = "RATE = const(1)\nNAME = 'base'", "from base import *\nNAME = 'own'"
    trees = {"base": ast.parse(base), "own": ast.parse(own)}
    assert {n: ast.unparse(v) for n, v in facts_of(trees, "own").items()} == {
        "RATE": "1",
        "NAME": "'own'",
    }


def test_a_board_keeps_of_its_profile_what_other_files_ask_for() -> None:
    left = remaining(facts("PIN = const(3)\nRATE = const(4)"), [ast.parse("begin(profile.PIN)")])
    assert ast.unparse(left) == "PIN = 3"
