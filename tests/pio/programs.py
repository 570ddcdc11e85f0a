# ruff: noqa: F821, B018
# mypy: ignore-errors
"""PIO programs for the tests. Their names (pull, jmp, pins ..) exist only during assembly."""

from __future__ import annotations


def step_program() -> None:
    # Cycles of one pulse: 1 test, 1+4 high, 1 low, spacing+1 wait, 1+5 back = 14 + spacing.
    wrap_target()
    pull(block).side(0)
    out(x, 8).side(0)
    label("loop")
    jmp(not_x, "done").side(0)
    jmp(x_dec, "high").side(1)[4]
    label("high")
    mov(y, osr).side(0)
    label("wait")
    jmp(y_dec, "wait").side(0)
    jmp("loop").side(0)[5]
    label("done")
    mov(isr, x).side(0)
    push(noblock).side(0)
    wrap()


def counter_program() -> None:
    wrap_target()
    wait(1, pin, 0)
    jmp(x_dec, "low")
    label("low")
    wait(0, pin, 0)
    wrap()


def tone_program() -> None:
    # Word: half cycles in 16 bits, half period in 16 bits. Ends by itself, output off.
    wrap_target()
    pull(block)
    out(x, 16)
    set(pindirs, 1)
    label("cycle")
    jmp(x_dec, "half")
    jmp("end")
    label("half")
    mov(y, osr)
    set(pins, 1)
    label("up")
    jmp(y_dec, "up")
    mov(y, osr)
    set(pins, 0)
    label("down")
    jmp(y_dec, "down")
    jmp("cycle")
    label("end")
    set(pindirs, 0)
    wrap()


def two_pin_walk() -> None:
    # A coil-like loop: several pins a round, the counter in y, no closed pulse shape.
    pull(block)
    out(y, 16)
    label("next")
    set(pins, 1)
    set(pins, 3)
    set(pins, 2)
    set(pins, 0)
    jmp(y_dec, "next")


def every_jump() -> None:
    label("start")
    jmp("start")
    jmp(not_x, "end")
    jmp(x_dec, "end")
    jmp(not_y, "end")
    jmp(y_dec, "end")
    jmp(x_not_y, "end")
    jmp(pin, "end")
    jmp(not_osre, "end")
    label("end")
    nop()


def wrapped() -> None:
    nop().side(0)
    wrap_target()
    nop().side(1)[3]
    wrap()
    nop().side(0)


def side_on_some() -> None:
    nop().side(1)[7]
    nop()


def unknown_label() -> None:
    jmp("nowhere")


def duplicate_label() -> None:
    label("here")
    label("here")


def endless_nop() -> None:
    nop()


def out_all() -> None:
    out(x, 8)


def in_all() -> None:
    in_(y, 8)
    mov(y, invert(y))
    jmp(y_dec, "next")
    label("next")
    mov(y, invert(y))


def report_high_pin() -> None:
    wait(1, pin, 0)
    push(noblock)
    label("end")
    jmp("end")


def read_three_pins() -> None:
    label("again")
    pull(block)
    jmp(pin, "read")
    jmp("again")
    label("read")
    in_(pins, 3)
    push(noblock)


def set_and_side() -> None:
    nop().side(0)
    set(pindirs, 3).side(0)
    set(pins, 2).side(1)
    label("end")
    jmp("end").side(1)


def out_exec() -> None:
    pull(block)
    out(exec, 16)
    nop()


def ping() -> None:
    irq(block, 1)
    nop()[3]
    set(pins, 1)


def pong() -> None:
    wait(1, irq, 1)
    set(pins, 0)


def follow_pin() -> None:
    wait(1, pin, 0)
    set(pins, 1)
    wait(0, pin, 0)
    set(pins, 0)


def square() -> None:
    set(pins, 1)[3]
    set(pins, 0)[3]


def count_tested_late() -> None:
    # The counter is tested once more after it was decremented.
    pull(block)
    out(x, 8)
    label("next")
    set(pins, 1)
    jmp(x_dec, "low")
    label("low")
    set(pins, 0)
    jmp(not_x, "end")
    jmp("next")
    label("end")
    nop()


def counter_low_first() -> None:
    wrap_target()
    label("next")
    wait(0, pin, 0)
    wait(1, pin, 0)
    jmp(x_dec, "next")
    wrap()


def label_behind_the_end() -> None:
    wrap_target()
    wait(0, pin, 0)
    wait(1, pin, 0)
    jmp(x_dec, "next")
    label("next")
    wrap()


def wait_unless_y_is_zero() -> None:
    # The loop has a way round without the wait, but this y never takes it.
    pull(block)
    out(y, 8)
    out(x, 8)
    label("head")
    jmp(not_y, "free")
    wait(1, pin, 0)
    label("free")
    jmp(x_dec, "head")
    label("end")
    jmp("end")
