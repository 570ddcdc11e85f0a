"""The guard's own eyes: counts at the pump's pins what really went out, in the other PIO block.

It shares no code and no state machine with the pulses it counts. Only the low 16 bits are read, so
that the interrupt never meets an integer past 2^30; differences are taken modulo 2^16.
"""

import rp2
from machine import Pin
from micropython import const

from picodose.hal import pio_words

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:  # the assembler's words exist only while it runs
    from rp2.asm_pio import *

_ALL16 = const(0xFFFF)  # the counter counts down from all ones
_HZ = const(1_000_000)  # a pulse is 3 us high and at least 7 us long: every edge is seen
_ON_HZ = const(10_000)


@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=16)
def _edges():
    wrap_target()
    wait(1, pin, 0)
    jmp(x_dec, "next")
    label("next")
    wait(0, pin, 0)
    wrap()


@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=16)
def _half_steps():
    # One coil changes a half-step: D falls for pattern A, B rises for AB, A falls for B, and so
    # on. Coils that go off after AB look like the next half-step a little early.
    wrap_target()
    label("start")
    wait(1, pin, 0)
    jmp(x_dec, "a")
    label("a")
    wait(0, pin, 3)
    jmp(x_dec, "b")
    label("b")
    wait(1, pin, 1)
    jmp(x_dec, "c")
    label("c")
    wait(0, pin, 0)
    jmp(x_dec, "d")
    label("d")
    wait(1, pin, 2)
    jmp(x_dec, "e")
    label("e")
    wait(0, pin, 1)
    jmp(x_dec, "f")
    label("f")
    wait(1, pin, 3)
    jmp(x_dec, "g")
    label("g")
    wait(0, pin, 2)
    jmp(x_dec, "start")
    wrap()


@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=16)
def _on_times():
    # Every rise counts, and again every OSR looks for as long as the pin stays high.
    label("rest")
    wait(1, pin, 0)
    label("again")
    jmp(x_dec, "next")
    label("next")
    mov(y, osr)
    label("look")
    jmp(pin, "high")
    jmp("rest")
    label("high")
    jmp(y_dec, "look")
    jmp("again")


class EdgeCounter:
    """sm_id: 4-7 (block 1) when the pulses come from block 0; step_pin: GPIO number."""

    def __init__(self, sm_id: int, step_pin: int, program=_edges, hz: int = _HZ, looks: int = 0):
        pin = Pin(step_pin)
        self._sm = rp2.StateMachine(sm_id, program, freq=hz, in_base=pin, jmp_pin=pin)
        self._sm.exec(pio_words.FILL_X)
        self._sm.put(looks)
        self._sm.exec(pio_words.PULL)
        self._sm.active(1)

    def low16_isr(self) -> int:
        """Pulses (half-steps, on-times) since the start, modulo 2^16."""
        sm = self._sm
        sm.exec(pio_words.LOW16)  # 16 bits are a push
        return _ALL16 - sm.get()  # type: ignore  # the stubs' None is for a buffer


def half_steps(sm_id: int, pin: int) -> EdgeCounter:
    """Half-steps of four coils on pin and the three after it."""
    return EdgeCounter(sm_id, pin, _half_steps)


def on_times(sm_id: int, pin: int, on_us: int) -> EdgeCounter:
    """On-times of a motor switch; one that lasts an eighth over on_us counts again."""
    return EdgeCounter(sm_id, pin, _on_times, _ON_HZ, on_us // 8 * 9 // 200)
