"""Counts rising edges at the STEP pin in the other PIO block: the guard's own eyes.

It shares no code and no state machine with the pulses it counts. Only the low 16 bits are read, so
that the interrupt never meets an integer past 2^30; differences are taken modulo 2^16.
"""

import rp2
from machine import Pin
from micropython import const

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:  # the assembler's words exist only while it runs
    from rp2.asm_pio import *

_ALL16 = const(0xFFFF)  # the counter counts down from all ones
_HZ = const(1_000_000)  # a pulse is 3 us high and at least 7 us long: every edge is seen


@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=16)
def _edges():
    wrap_target()
    wait(1, pin, 0)
    jmp(x_dec, "next")
    label("next")
    wait(0, pin, 0)
    wrap()


class EdgeCounter:
    """Rising edges of one pin. sm_id: 4-7 (block 1) when the pulses come from block 0."""

    def __init__(self, sm_id: int, step_pin: int):
        self._sm = rp2.StateMachine(sm_id, _edges, freq=_HZ, in_base=Pin(step_pin))
        self._low16 = rp2.asm_pio_encode("in_(x, 16)", 0)
        self._sm.exec(rp2.asm_pio_encode("mov(x, invert(null))", 0))
        self._sm.active(1)

    def low16_isr(self) -> int:
        """Rising edges since the start, modulo 2^16."""
        sm = self._sm
        sm.exec(self._low16)  # 16 bits are a push
        return _ALL16 - sm.get()  # type: ignore  # the stubs' None is for a buffer
