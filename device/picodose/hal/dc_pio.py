"""On-pulses of a DC pump: a step is one whole on-time, which the state machine counts down and
ends by itself, whatever the CPU does. ISR holds the on-time between the bursts.
"""

import rp2
from micropython import const

from picodose.hal import pio_words
from picodose.hal.pulse_port import Port

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:  # the assembler's words exist only while it runs
    from rp2.asm_pio import *

_HZ = const(1_000_000)
_ON_FIXED_US = const(3)  # of the on-time: x_dec, mov y, last y_dec
_OFF_FIXED_US = const(4)  # of the time off: mov y, last y_dec, jmp next, not_x
_SLACK_US = const(24)  # of a burst: pull, out, not_x, mov, push, mov, and room for a late put
LEAST_US = const(300)  # the guard's counter looks every 100 us


@rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW, out_shiftdir=rp2.PIO.SHIFT_RIGHT)
def _on_times():
    wrap_target()
    pull(block).side(0)
    out(x, 9).side(0)
    label("next")
    jmp(not_x, "done").side(0)
    jmp(x_dec, "on").side(1)  # the motor goes on in the instruction that counts it
    label("on")
    mov(y, isr).side(1)
    label("high")
    jmp(y_dec, "high").side(1)
    mov(y, osr).side(0)
    label("low")
    jmp(y_dec, "low").side(0)
    jmp("next").side(0)
    label("done")
    mov(y, isr).side(0)
    push(noblock).side(0)  # which empties ISR
    mov(isr, y).side(0)
    wrap()


class DcPort(Port):
    """The switch of a DC pump. sm_id: state machine 0-7; pin: GPIO number; on_us: length of a
    step's on-time (1000 to 900_000).
    """

    def __init__(self, sm_id: int, pin: int, on_us: int):
        self._on_us = on_us
        low = pio_words.SIDE_LOW
        fixed = on_us + _OFF_FIXED_US
        super().__init__(sm_id, _on_times, (pin,), _HZ, fixed, _SLACK_US, LEAST_US, low)

    def kill_isr(self) -> None:
        """Stop the state machine and the motor; stop() and drain() must follow before begin()."""
        self._sm.active(0)
        self._sm.exec(self._low)

    def _load(self) -> None:
        self._sm.put(self._on_us - _ON_FIXED_US)
        self._sm.exec(pio_words.PULL)
        self._sm.exec(pio_words.READ_OSR)
