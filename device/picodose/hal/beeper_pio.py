"""The piezo: a PIO state machine plays each note for its exact time and stops by itself (ALM-2).

A flash stall may delay a note, it cannot lengthen or drop one: the length is in the words, not in
the CPU. Two words a note: periods - 1 (bits 0-15) with bit 16 set for a sounding note, then the
half-period's delay count.
"""

import rp2
from machine import Pin
from micropython import const

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:  # the assembler's words exist only while it runs
    from rp2.asm_pio import *

_HZ = const(1_000_000)
_FIXED_US = const(6)  # of a period besides the two delay counts
_OFF_PITCH = const(600)  # a period may be 1/600 off: a whole number of them then ends within 1 ms
_SOUND = const(1 << 16)
_QUEUE_WORDS = const(8)


@rp2.asm_pio(
    sideset_init=rp2.PIO.OUT_LOW,
    out_init=rp2.PIO.OUT_LOW,
    out_shiftdir=rp2.PIO.SHIFT_RIGHT,
    fifo_join=rp2.PIO.JOIN_TX,
)
def _notes():
    wrap_target()
    pull(block).side(0)
    out(x, 16).side(0)
    out(pindirs, 1).side(0)  # a rest is a note with the pin let go: the board's pull holds it low
    pull(block).side(0)
    label("period")
    mov(y, osr).side(1)
    label("high")
    jmp(y_dec, "high").side(1)
    mov(y, osr).side(0)[1]
    label("low")
    jmp(y_dec, "low").side(0)
    jmp(x_dec, "period").side(0)
    wrap()


class Beeper:
    """One piezo pin; four notes or rests wait in the queue, so a tune is fed while room() says
    so.
    """

    def __init__(self, sm_id: int, pin: int):
        self._pin = Pin(pin, Pin.OUT, value=0)
        self._sm_id = sm_id
        self._sm = rp2.StateMachine(
            sm_id, _notes, freq=_HZ, sideset_base=self._pin, out_base=self._pin
        )
        self._sm.active(1)

    def room(self) -> bool:
        """True when one more note or rest fits in the queue."""
        return self._sm.tx_fifo() <= _QUEUE_WORDS - 2

    def note(self, period_us: int, duration_us: int, sound: bool) -> int:
        """Queue a note or a rest; returns its exact length in us, a whole number of periods.

        period_us: 60 to 200000; duration_us: at least one period, at most 65535 of them.
        """
        periods = max(1, (duration_us + period_us // 2) // period_us)
        off_us = period_us // _OFF_PITCH
        period_us = max(period_us - off_us, min(period_us + off_us, duration_us // periods))
        delay = (period_us - _FIXED_US) // 2
        real_us = 2 * delay + _FIXED_US
        self._sm.put((_SOUND if sound else 0) | (periods - 1))
        self._sm.put(delay)
        return periods * real_us
