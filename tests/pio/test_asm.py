"""The assembler against words put together by hand from the RP2040 datasheet, section 3.4."""

from __future__ import annotations

import pytest

from shim.pio.asm import PIOASMError, asm_pio, asm_pio_encode
from tests.pio import programs
from tests.pio.programs import (
    duplicate_label,
    every_jump,
    side_on_some,
    unknown_label,
    wrapped,
)

# Word = major(3) | delay/side(5) | operands(8), every field written out.
BY_HAND = {
    "wait(1, gpio, 5)": 0b001_00000_1_00_00101,
    "wait(0, pin, 2)": 0b001_00000_0_01_00010,
    "wait(1, irq, 3)": 0b001_00000_1_10_00011,
    "wait(1, irq, rel(1))": 0b001_00000_1_10_10001,
    "in_(pins, 32)": 0b010_00000_000_00000,
    "in_(y, 7)": 0b010_00000_010_00111,
    "in_(null, 31)": 0b010_00000_011_11111,
    "out(x, 8)": 0b011_00000_001_01000,
    "out(pindirs, 1)": 0b011_00000_100_00001,
    "out(pc, 5)": 0b011_00000_101_00101,
    "out(exec, 16)": 0b011_00000_111_10000,
    "push()": 0b100_00000_0_0_1_00000,
    "push(noblock)": 0b100_00000_0_0_0_00000,
    "push(iffull)": 0b100_00000_0_1_1_00000,
    "push(iffull, noblock)": 0b100_00000_0_1_0_00000,
    "pull()": 0b100_00000_1_0_1_00000,
    "pull(block)": 0b100_00000_1_0_1_00000,
    "pull(ifempty, noblock)": 0b100_00000_1_1_0_00000,
    "mov(isr, x)": 0b101_00000_110_00_001,
    "mov(x, invert(y))": 0b101_00000_001_01_010,
    "mov(osr, reverse(null))": 0b101_00000_111_10_011,
    "mov(exec, isr)": 0b101_00000_100_00_110,
    "mov(pc, status)": 0b101_00000_101_00_101,
    "nop()": 0b101_00000_010_00_010,
    "irq(4)": 0b110_00000_0_0_0_00100,
    "irq(block, 1)": 0b110_00000_0_0_1_00001,
    "irq(clear, rel(2))": 0b110_00000_0_1_0_10010,
    "set(pins, 1)": 0b111_00000_000_00001,
    "set(x, 31)": 0b111_00000_001_11111,
    "set(pindirs, 3)": 0b111_00000_100_00011,
    "word(0x1234)": 0x1234,
    "nop()[31]": 0b101_11111_010_00_010,
}


@pytest.mark.parametrize(("source", "word"), BY_HAND.items())
def test_an_instruction_becomes_the_word_of_the_datasheet(source: str, word: int) -> None:
    assert asm_pio_encode(source, 0) == word


def test_side_set_and_delay_share_the_five_bits_from_the_top() -> None:
    assert asm_pio_encode("nop().side(1)", 1) == 0b101_10000_010_00_010
    assert asm_pio_encode("nop().side(2)[7]", 2) == 0b101_10_111_010_00_010


def test_every_jump_condition_and_label_is_encoded() -> None:
    program = asm_pio()(every_jump)

    assert list(program[0]) == [n << 5 | (8 if n else 0) for n in range(8)] + [0xA042]


def test_wrap_side_set_and_shift_settings_land_in_their_registers() -> None:
    program = asm_pio(sideset_init=2, out_shiftdir=1, autopull=True, pull_thresh=8, fifo_join=1)(
        wrapped
    )

    assert list(program[0]) == [0xA042, 0xB342, 0xA042]
    assert program[3] == 1 << 12 | 1 << 7
    assert program[4] == 1 << 30 | 8 << 25 | 1 << 19 | 1 << 17
    assert program[1:3] == [-1, -1] and program[5:] == [None, None, 2]


def test_side_set_on_some_instructions_only_costs_an_enable_bit() -> None:
    program = asm_pio(sideset_init=2)(side_on_some)

    assert list(program[0]) == [0b101_11_111_010_00_010, 0xA042]
    assert program[3] == 1 << 30 | 1 << 12


def test_instruction_names_exist_only_during_assembly() -> None:
    before = dict(vars(programs))
    asm_pio()(programs.every_jump)
    assert dict(vars(programs)) == before and "nop" not in before


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("out(x, 0)", "invalid bit count 0"),
        ("in_(x, 33)", "invalid bit count 33"),
        ("nop()[32]", "delay too large"),
        ("nop().side(1)", "no sideset"),
        ("nop(); nop()", "expecting exactly 1 instruction"),
    ],
)
def test_what_cannot_be_encoded_is_refused(source: str, text: str) -> None:
    with pytest.raises(PIOASMError, match=text):
        asm_pio_encode(source, 0)


def test_unknown_and_duplicate_labels_are_refused() -> None:
    with pytest.raises(PIOASMError, match="unknown label nowhere"):
        asm_pio()(unknown_label)
    with pytest.raises(PIOASMError, match="duplicate label here"):
        asm_pio()(duplicate_label)
