"""The words that the device executes are what their texts assemble to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from picodose.hal import pio_words
from shim.pio.asm import asm_pio_encode

ROW = re.compile(r"^(\w+) = const\((0x\w+)\)  # (.+)$", re.M)
ROWS = ROW.findall(Path(pio_words.__file__).read_text())


@pytest.mark.parametrize(("name", "word", "text"), ROWS)
def test_a_word_is_what_its_text_assembles_to(name: str, word: str, text: str) -> None:
    side_pins = 1 if "side" in text else 0
    assert asm_pio_encode(text, side_pins) == int(word, 16) == getattr(pio_words, name)


def test_every_word_says_its_text() -> None:
    assert {row[0] for row in ROWS} == {name for name in vars(pio_words) if name.isupper()}
