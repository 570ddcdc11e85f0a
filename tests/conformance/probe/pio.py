# ruff: noqa: F821, B018, I001
# mypy: ignore-errors
"""PIO: assembler words, FIFO rules, restart and active, edges counted by the other block."""

import time

import rp2
from machine import Pin

from report import outcome, say, words_of


@rp2.asm_pio()
def plain():
    label("top")
    pull(block)
    pull(noblock)
    mov(x, osr)
    mov(y, invert(x))
    mov(isr, reverse(y))
    in_(x, 8)
    push(block)
    push(iffull, noblock)
    out(null, 16)
    set(x, 31)
    jmp("top")
    jmp(not_x, "top")
    jmp(x_dec, "top")
    jmp(not_y, "top")
    jmp(y_dec, "top")
    jmp(x_not_y, "top")
    jmp(pin, "top")
    jmp(not_osre, "top")
    wait(1, gpio, 5)
    wait(0, pin, 2)
    wait(1, irq, 3)
    irq(2)
    irq(rel(1))
    irq(clear, 4)
    irq(block, 0)
    nop()[7]


@rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW)
def one_side():
    wrap_target()
    pull(block).side(0)
    mov(x, osr).side(0)
    label("step")
    nop().side(1)[9]
    jmp(x_dec, "step").side(0)[9]
    wrap()


@rp2.asm_pio(sideset_init=(rp2.PIO.OUT_LOW, rp2.PIO.OUT_HIGH), out_init=rp2.PIO.OUT_LOW)
def two_side():
    out(pins, 1).side(0)[7]
    nop().side(3)
    set(y, 0).side(2)[1]


@rp2.asm_pio(
    set_init=(rp2.PIO.OUT_LOW,), autopull=True, pull_thresh=16, out_shiftdir=rp2.PIO.SHIFT_LEFT,
    autopush=True, push_thresh=8, in_shiftdir=rp2.PIO.SHIFT_RIGHT, fifo_join=rp2.PIO.JOIN_TX,
)  # fmt: skip
def options():
    out(x, 4)
    in_(pins, 1)
    set(pins, 1)


@rp2.asm_pio()
def count_edges():
    label("next")
    wait(0, pin, 0)
    wait(1, pin, 0)
    jmp(x_dec, "next")


@rp2.asm_pio()
def echo():
    pull(block)
    mov(isr, osr)
    push(block)


@rp2.asm_pio(fifo_join=rp2.PIO.JOIN_TX)
def take():
    pull(block)


PROGRAMS = (
    ("plain", plain), ("one_side", one_side), ("two_side", two_side), ("options", options),
    ("count_edges", count_edges), ("echo", echo),
)  # fmt: skip


# The assembler swaps a module's globals for its own words and, when it refuses, never swaps
# back: each refused program is compiled in globals of its own.
REFUSED = (
    ("too_long", "", "[nop() for _ in range(33)]"),
    ("no_label", "", "jmp('nowhere')"),
    ("label_twice", "", "label('a'); label('a')"),
    ("set_too_big", "", "set(x, 32)"),
    ("wait_too_big", "", "wait(1, gpio, 32)"),
    ("delay_too_large", "", "nop()[32]"),
    ("side_delay_too_large", "sideset_init=rp2.PIO.OUT_LOW", "nop().side(0)[16]"),
    ("side_without_init", "", "nop().side(1)"),
    ("count_too_big", "", "out(x, 33)"),
)


def words():
    """Instruction words and configuration of every program."""
    for name, program in PROGRAMS:
        say("pio.words." + name, [hex(word) for word in program[0]])
        say("pio.config." + name, [part for part in program[1:] if part not in (None, -1)])
    for text in ("mov(isr, invert(x))", "push(noblock)", "set(x, 0)", "pull(noblock)", "jmp(3)",
                 "out(null, 32)", "mov(pc, null)", "nop()"):  # fmt: skip
        say("pio.encode." + text, outcome(rp2.asm_pio_encode, text, 0))
    say("pio.encode_side", outcome(rp2.asm_pio_encode, "nop().side(1)[3]", 1))


def refused():
    """What the assembler and the state machine refuse."""

    for name, options, line in REFUSED:
        source = "@rp2.asm_pio(%s)\ndef program():\n    %s\n" % (options, line)
        say("pio.refused." + name, words_of(lambda text=source: exec(text, {"rp2": rp2})))
    say("pio.refused.freq_low", outcome(rp2.StateMachine, 0, echo, freq=1000))
    say("pio.refused.freq_high", outcome(rp2.StateMachine, 0, echo, freq=200_000_000))
    rp2.PIO(0).remove_program()


def fifo():
    """put, get, their counts; a stopped machine keeps its FIFO; restart does not empty it."""
    sm = rp2.StateMachine(0, echo, freq=1_000_000)
    say("fifo.active_at_first", sm.active())
    for number in range(4):
        sm.put(number)
    say("fifo.full", (sm.tx_fifo(), sm.rx_fifo()))
    sm.restart()
    say("fifo.after_restart", (sm.tx_fifo(), sm.rx_fifo()))
    say("fifo.active_returns", sm.active(1))
    time.sleep_ms(1)
    say("fifo.echoed", (sm.tx_fifo(), sm.rx_fifo()))
    say("fifo.got", [sm.get() for _ in range(4)])
    sm.put(b"\x01\x02")
    sm.put(1, 8)
    time.sleep_ms(1)
    say("fifo.bytes_and_shift", [sm.get() for _ in range(sm.rx_fifo())])
    sm.put(-1)
    time.sleep_ms(1)
    say("fifo.negative", sm.get())
    sm.active(0)
    sm.put(7)
    say("fifo.stopped", (sm.tx_fifo(), sm.rx_fifo(), sm.active()))
    sm.exec("pull(noblock)")
    say("fifo.exec_while_stopped", (sm.tx_fifo(), sm.rx_fifo()))
    sm.init(echo, freq=1_000_000)
    say("fifo.after_init", (sm.tx_fifo(), sm.rx_fifo(), sm.active()))
    sm.init(take, freq=1_000_000)
    for number in range(8):
        sm.put(number)
    say("fifo.joined", sm.tx_fifo())
    sm.active(1)
    time.sleep_ms(1)
    say("fifo.joined_taken", sm.tx_fifo())
    sm.init(echo, freq=1_000_000)
    say("fifo.parted", (sm.tx_fifo(), sm.rx_fifo()))
    rp2.PIO(0).remove_program()


def counted(guard):
    """Rising edges that the counter has seen."""
    guard.exec("mov(isr, invert(x))")
    guard.exec("push(noblock)")
    return guard.get() & 0xFFFF


def halts():
    """active(0) in a burst: what comes after active(1), restart() and init()."""
    step = rp2.StateMachine(0, one_side, freq=1_000_000, sideset_base=Pin(2))
    guard = rp2.StateMachine(4, count_edges, freq=1_000_000, in_base=Pin(2))
    guard.exec("mov(x, invert(null))")
    guard.active(1)
    step.active(1)
    step.put(9)
    time.sleep_ms(2)
    say("halt.burst_of_10", counted(guard))
    step.put(99)
    time.sleep_us(500)
    step.active(0)
    stopped = counted(guard)
    time.sleep_ms(3)
    say("halt.still_after_stop", counted(guard) - stopped)
    step.active(1)
    time.sleep_ms(4)
    say("halt.goes_on", counted(guard))
    step.put(99)
    time.sleep_us(500)
    step.active(0)
    step.put(3)
    step.restart()
    stopped = counted(guard)
    step.active(1)
    time.sleep_ms(5)
    say("halt.restart_keeps_fifo", counted(guard) - stopped >= 4)
    step.active(0)
    step.init(one_side, freq=1_000_000, sideset_base=Pin(2))
    stopped = counted(guard)
    step.active(1)
    time.sleep_ms(2)
    say("halt.init_is_clean", counted(guard) - stopped)
    step.active(0)
    guard.active(0)
    rp2.PIO(0).remove_program()
    rp2.PIO(1).remove_program()
    Pin(2, Pin.IN)


def irqs():
    """A PIO interrupt calls a handler with its flags."""
    seen = []

    @rp2.asm_pio()
    def ring():
        pull(block)
        irq(rel(0))

    sm = rp2.StateMachine(1, ring, freq=1_000_000)
    sm.irq(lambda which: seen.append(which is sm))
    sm.active(1)
    for _ in range(3):
        sm.put(0)
        time.sleep_ms(2)
    sm.active(0)
    say("pio.irq_calls", seen)
    rp2.PIO(0).remove_program()
