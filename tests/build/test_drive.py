"""A board gets the pump drive of its profile and no other."""

from __future__ import annotations

import ast

import pytest

from host_tools.build import DEVICE, as_compiled
from host_tools.build.drive import decided

# Pulses, beeper, the counter of edges (an index sensor needs it too); a counter of their own.
PROGRAMS = {"bench_step": 3, "uln2003": 4}


@pytest.mark.req("DEL-3")
@pytest.mark.parametrize("profile", PROGRAMS)
def test_the_firmware_has_the_drive_of_its_profile_alone(profile: str) -> None:
    texts = {p.relative_to(DEVICE).as_posix(): p.read_text() for p in DEVICE.rglob("*.py")}
    texts["profiles/active.py"] = f"from profiles.{profile} import *\n"
    firmware = as_compiled(texts)["picodose/assembly.py"]
    assert firmware.count("asm_pio(") == PROGRAMS[profile]
    assert ("out_init=[" in firmware) == (profile == "uln2003")


def test_a_question_for_the_drive_is_answered_and_no_other() -> None:
    text = "if p.DRIVER == 'a':\n    x = 1\nelif p.DRIVER == 'b':\n    x = 2\nelse:\n    x = 3\n"
    for drive, x in (("a", 1), ("b", 2), ("c", 3)):
        assert ast.unparse(decided(ast.parse(text), drive)) == f"x = {x}"
    other = "if p.SIZE == 'a':\n    x = 1"
    assert ast.unparse(decided(ast.parse(other), "a")) == other
