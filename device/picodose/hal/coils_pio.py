"""Half-steps of a unipolar motor behind a ULN2003: four coils on adjacent pins.

ISR holds the half-step table, eight patterns of four bits; its lowest is the next one, and the
program turns it by one pattern a half-step. Each pattern is on for ON_US and then off by itself,
so the motor has no current between half-steps slower than that, nor after the last one. The
table's place outlives a halt: it is read back, and the next half-step goes on from there. A reset
forgets it: the rotor then falls in with the first patterns, which costs up to five half-steps.
"""

import rp2
from micropython import const

from picodose.hal import pio_words
from picodose.hal.pulse_port import Port

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:  # the assembler's words exist only while it runs
    from rp2.asm_pio import *

_HZ = const(100_000)
ON_US = const(4000)  # mov pins, in, set [13], 12 rounds of 32
# Cycles of one half-step: those 400, and mov pins, mov y, last y_dec, jmp next, not_x, x_dec.
_FIXED = const(406)
# Cycles of one burst besides (pull, out, not_x, mov, mov, push, mov), and room for a late put.
_SLACK = const(10)
_LEAST_US = const(20)  # two cycles
# Coil A is bit 0. The first pattern after a reset raises A: there the guard's counter begins.
_WALK = b"\x09\x01\x03\x02\x06\x04\x0c\x08"
_SET_X = const(0xE020)


@rp2.asm_pio(
    out_init=[rp2.PIO.OUT_LOW, rp2.PIO.OUT_LOW, rp2.PIO.OUT_LOW, rp2.PIO.OUT_LOW],
    out_shiftdir=rp2.PIO.SHIFT_RIGHT,
    in_shiftdir=rp2.PIO.SHIFT_RIGHT,
)
def _half_steps():
    wrap_target()
    pull(block)
    out(x, 9)
    label("next")
    jmp(not_x, "done")
    jmp(x_dec, "on")
    label("on")
    mov(pins, isr)  # four bits go out
    in_(isr, 4)  # the table turns
    set(y, 11)[13]  # type: ignore  # the stubs know a delay only behind side()
    label("hold")
    jmp(y_dec, "hold")[31]  # type: ignore
    mov(pins, null)
    mov(y, osr)
    label("rest")
    jmp(y_dec, "rest")
    jmp("next")
    label("done")
    mov(y, isr)
    mov(isr, null)
    push(noblock)
    mov(isr, y)
    wrap()


class CoilPort(Port):
    """Four coils. sm_id: state machine 0-7; pin: GPIO number of coil A; B, C and D follow it."""

    def __init__(self, sm_id: int, pin: int):
        self._place = 0  # in the table, of the next pattern after a reset of the machine
        self._lit = 0
        low = pio_words.PINS_LOW
        pins = (pin, pin + 1, pin + 2, pin + 3)
        super().__init__(sm_id, _half_steps, pins, _HZ, _FIXED, _SLACK, _LEAST_US, low)

    def stop(self) -> None:
        """Stop at once and switch the coils off, remembering which were on."""
        self._sm.active(0)
        self._lit = 0
        for pin in reversed(self._pins):
            self._lit = 2 * self._lit + pin.value()
        super().stop()

    def _load(self) -> None:
        for back in range(8):
            self._sm.exec(_SET_X | _WALK[(self._place + back) & 7])
            self._sm.exec(pio_words.TURN_IN)

    def _unsent(self) -> int:
        """As of every port, but a half-step counts when its pattern is out, one cycle after it
        left X: where the table stands tells.
        """
        sm = self._sm
        self._drop_reports()
        sm.exec(pio_words.PUSH)
        low = sm.get() or self._register(pio_words.READ_Y)  # zero: it was just about to report
        place = _WALK.find(bytes((low & 15,)))
        if low & 15 == self._lit:
            place += 1  # its pattern is out, the table not yet turned
        unsent = super()._unsent()
        unsent += (self._place + self._handed - unsent - place) & 1
        self._place = place & 7
        return unsent
