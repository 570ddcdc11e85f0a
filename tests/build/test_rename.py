"""Names that only the board sees: short, the most used first, and known to the host."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from host_tools.build.install import board_names
from host_tools.build.rename import IN_FLASH, renamed
from host_tools.build.traceback import in_words


def short(text: str, other: str = "") -> str:
    """The text with short names; `other` is a file that keeps its own."""
    return ast.unparse(renamed(ast.parse(text), [ast.parse(other)])[0])


def value(text: str) -> Any:
    """What the name `found` has after the text has run."""
    space: dict[str, Any] = {"__name__": "board"}
    exec(text, space)
    return space["found"]


PROGRAMS = {
    "global": "KEPT = 30\ndef added(first):\n    return first + KEPT\nfound = added(4)",
    "method": "class Pump:\n    def steps(self, steps):\n        return steps + 30\n"
    "found = Pump().steps(4)",
    "local": "def begin():\n    begin_ms = 34\n    return begin_ms\nbegin_ms = begin()\n"
    "found = begin_ms",
    "data": "class Pump:\n    def __init__(self):\n        self.owed_steps = 34\n"
    "found = Pump().owed_steps",
    "text": "class Pump:\n    def on_stop(self):\n        return 34\n"
    "found = getattr(Pump(), 'on_stop')()",
    "dotted text": "class Room:\n    def begin(self):\n        return 34\nclass Pump:\n"
    "    def __init__(self):\n        self.room = Room()\nfound = Pump()\n"
    "for part in 'room.begin'.split('.'):\n    found = getattr(found, part)\nfound = found()",
    "lines of text": "class Pump:\n    def on_stop(self):\n        return 34\n"
    "rows = '\\nstop 0 on_stop\\n'\nfound = getattr(Pump(), rows.split()[2])()",
    "built in": "class Queue:\n    def append(self, item):\n        self.items = [item]\n"
    "rows = []\nrows.append(34)\nfound = rows[0]",
    "class data": "class Pump:\n    limit = 34\n    def get(self):\n        return self.limit\n"
    "found = Pump().get()",
    "base": "class Port:\n    def get(self):\n        return 34\nclass Coils(Port):\n    pass\n"
    "found = Coils().get()",
    "keyword": "def begin(alpha, beta):\n    return alpha + beta\nfound = begin(beta=30, alpha=4)",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_does_the_same_under_short_names(text: str) -> None:
    assert value(text) == 34
    assert value(short(text, "found")) == 34


def test_what_another_file_or_the_firmware_names_stays() -> None:
    text = "class Loop:\n    def run(self):\n        self.sm.put(1)\n    def put(self):\n        pass\n"
    assert "def run" in short(text, "loop.run()")
    assert "self.sm" in short(text, "loop.sm")
    assert ".put(1)" in short(text)


def test_the_most_used_name_stands_first_and_is_never_carried_out() -> None:
    text = "def seldom():\n    pass\ndef often():\n    pass\n" + "often()\n" * 5
    first = short(text).splitlines()
    assert first[0] == "if not __name__:"
    often = next(line for line in first if line.endswith("()"))[:-2]
    assert first[1].startswith(f"    __name__.{often}.")


def test_names_are_those_that_the_firmware_has_in_flash() -> None:
    text = "class Pump:\n    def begin_now(self):\n        end_now()\ndef end_now():\n    pass\n"
    words = renamed(ast.parse(text), [])[1]
    assert list(words.values()) == ["begin_now or Pump", "end_now"]
    assert set(words) <= set(IN_FLASH.read_text().split())


def test_a_board_s_traceback_gets_its_words_back() -> None:
    names = board_names()
    words = {one for found in names.values() for one in found.split(" or ")}
    assert {"tick_isr", "Granter"} <= words
    board = next(name for name, word in names.items() if "tick_isr" in word.split(" or "))
    assert in_words(f'  File "assembly", in {board}\nvalue', names) == (
        f'  File "assembly", in {names[board]}\nvalue'
    )
