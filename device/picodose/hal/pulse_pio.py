"""STEP pulses: a PIO state machine gets count and spacing and emits exactly that many pulses.

Upstream: delivery/dosing.py (interrupt) and delivery/delivery.py (halt). The CPU may hang: no
word, no pulse. One word a burst: bits 0-8 count, bits 9-28 low time; it stays below 2^30, a small
integer.
"""

import time
from array import array

import rp2
from machine import Pin
from micropython import const

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:  # the assembler's words exist only while it runs
    from rp2.asm_pio import *

PIO_HZ = const(1_000_000)
COUNT_MAX = const(511)
_COUNT_BITS = const(9)
# Cycles of one pulse besides the low loop's count: not_x, x_dec, mov y [2], last y_dec, jmp next.
_FIXED_US = const(7)
# Cycles of one burst besides its pulses (pull, out, mov isr, not_x, push), and room for a late
# put.
_SLACK_US = const(16)
HIGH_US = const(3)  # pulse width: mov y [2]
_RING = const(8)


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


class PulsePort:
    """Pulse hardware of one STEP pin. `*_isr` methods are for the dosing tick: they never
    allocate.

    sm_id: state machine 0-7; step_pin: GPIO number; tick_ms is set by begin().
    """

    def __init__(self, sm_id: int, step_pin: int):
        self._pin = Pin(step_pin, Pin.OUT, value=0)
        self._sm_id = sm_id
        self._sm = rp2.StateMachine(sm_id, _bursts, freq=PIO_HZ, sideset_base=self._pin)
        self._counts = array("i", [0] * _RING)  # the last bursts handed over
        self._words = array("i", [0] * _RING)
        self._head = 0
        self._span_us = 0
        self._read_x = rp2.asm_pio_encode("mov(isr, x)", 0)
        self._read_osr = rp2.asm_pio_encode("mov(isr, osr)", 0)
        self._push = rp2.asm_pio_encode("push(noblock)", 0)
        self._pull = rp2.asm_pio_encode("pull(noblock)", 0)
        self._clear_x = rp2.asm_pio_encode("set(x, 0)", 0)
        self._low = rp2.asm_pio_encode("nop().side(0)", 1)
        self._sm.exec(self._clear_x)

    def begin(self, tick_ms: int) -> None:
        """Make ready for bursts spread over ticks of tick_ms (10 to 1000 ms)."""
        self._span_us = tick_ms * 1000 - _SLACK_US
        self._sm.active(1)

    def ready_isr(self) -> int:
        """1 when a burst handed over now would be the next one pulled."""
        return self._sm.tx_fifo() == 0

    def burst_isr(self, count: int) -> None:
        """Emit `count` pulses (1 to 511), spread evenly over one tick."""
        low_us = self._span_us // count - _FIXED_US
        if low_us < 0:
            low_us = 0
        word = (low_us << _COUNT_BITS) | count
        head = self._head
        self._counts[head] = count
        self._words[head] = word
        self._head = (head + 1) & 7
        self._sm.put(word)

    def collect_isr(self) -> int:
        """Pulses that the hardware has reported since the last call, whole bursts only."""
        total = 0
        sm = self._sm
        while sm.rx_fifo():
            total += sm.get()  # type: ignore  # the stubs' None is for a buffer
        return total

    def kill_isr(self) -> None:
        """Stop the state machine where it is; stop() and drain() must follow before the next
        begin().
        """
        self._sm.active(0)

    def stop(self) -> None:
        """Stop at once. A pulse that has just risen is held for its least width, so that it counts
        as one.
        """
        self._sm.active(0)
        time.sleep_us(HIGH_US)
        self._sm.exec(self._low)

    def drain(self) -> int:
        """After stop(): throw away all that is queued; returns the pulses handed over but not
        emitted.
        """
        sm = self._sm
        unsent = self._unsent()
        while sm.tx_fifo():
            sm.exec(self._pull)
        sm.init(_bursts, freq=PIO_HZ, sideset_base=self._pin)
        sm.exec(self._clear_x)
        sm.exec(self._pull)  # empty, so OSR becomes X: no old word is taken for a burst in hand
        return unsent

    def _unsent(self) -> int:
        queued = self._sm.tx_fifo()
        unsent = 0
        for back in range(1, queued + 1):
            unsent += self._counts[(self._head - back) & 7]
        self._drop_reports()
        held = self._register(self._read_osr)
        if held == self._words[(self._head - queued - 1) & 7] and held:
            return unsent + (held & COUNT_MAX)  # pulled, not yet counted into X
        left = self._register(self._read_x)
        return unsent + (left if left <= COUNT_MAX else 0)  # past zero: a program gone wrong

    def _register(self, read: int) -> int:
        self._sm.exec(read)
        self._sm.exec(self._push)
        return self._sm.get()  # type: ignore  # the stubs' None is for a buffer

    def _drop_reports(self) -> None:
        while self._sm.rx_fifo():
            self._sm.get()
