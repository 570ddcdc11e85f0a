"""STEP pulses for a step/dir driver: STEP rises in the instruction that counts the pulse."""

import rp2
from micropython import const

from picodose.hal import pio_words
from picodose.hal.pulse_port import Port

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:  # the assembler's words exist only while it runs
    from rp2.asm_pio import *

PIO_HZ = const(1_000_000)
# Cycles of one pulse besides the low loop's count: not_x, x_dec, mov y [2], last y_dec, jmp next.
_FIXED_US = const(7)
# Cycles of one burst besides its pulses (pull, out, mov isr, not_x, push), and room for a late
# put.
_SLACK_US = const(16)
HIGH_US = const(3)  # pulse width: mov y [2]


@rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW, out_shiftdir=rp2.PIO.SHIFT_RIGHT)
def _bursts():
    wrap_target()
    pull(block).side(0)
    out(x, 9).side(0)
    mov(isr, x).side(0)
    label("next")
    jmp(not_x, "done").side(0)
    jmp(x_dec, "high").side(1)  # STEP rises in the instruction that counts it
    label("high")
    mov(y, osr).side(1)[2]
    label("low")
    jmp(y_dec, "low").side(0)
    jmp("next").side(0)
    label("done")
    push(noblock).side(0)
    wrap()


class PulsePort(Port):
    """STEP of a step/dir driver. sm_id: state machine 0-7; step_pin: GPIO number."""

    def __init__(self, sm_id: int, step_pin: int):
        low = pio_words.SIDE_LOW
        super().__init__(sm_id, _bursts, (step_pin,), PIO_HZ, _FIXED_US, _SLACK_US, HIGH_US, low)
