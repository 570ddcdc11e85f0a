"""Counted pulses out of a PIO state machine: what every kind of pump drive has in common.

Upstream: delivery/dosing.py (interrupt) and delivery/delivery.py (halt). The CPU may hang: no
word, no pulse. One word a burst: bits 0-8 count, bits 9-28 idle cycles after each pulse; it stays
below 2^30, a small integer. A program takes the word by pull and out(x, 9), counts X down, and
pushes one word when the burst is done.
"""

import time
from array import array

import rp2
from machine import Pin
from micropython import const

from picodose.hal import pio_words

COUNT_MAX = const(511)
_COUNT_BITS = const(9)
_RING = const(8)


class Port:
    """Pulse hardware of one pump. `*_isr` methods are for the dosing tick: they never allocate.

    sm_id: state machine 0-7; pins: GPIO numbers in a row, low at rest; hz: the program's clock;
    fixed: its cycles of one pulse besides the idle ones; slack: its cycles of one burst besides
    its pulses, and room for a late put; least_us: a pulse that long is counted by the guard;
    low: the word that takes the pins low.
    """

    def __init__(self, sm_id, program, pins, hz, fixed, slack, least_us, low):
        self._pins = [Pin(pin, Pin.OUT, value=0) for pin in pins]
        self._sm = rp2.StateMachine(sm_id)  # type: ignore  # _reset() loads its program
        self._program = program
        self._hz = hz
        self._fixed = fixed
        self._slack = slack
        self._least_us = least_us
        self._low = low
        self._counts = array("i", [0] * _RING)  # the last bursts handed over
        self._words = array("i", [0] * _RING)
        self._head = 0  # of the ring: the next burst
        self._tail = 0  # the burst that will be reported next
        self._handed = 0  # pulses handed over since the last reset, modulo 2^16
        self._span = 0
        self._reset()

    def begin(self, tick_ms: int) -> None:
        """Make ready for bursts spread over ticks of tick_ms (10 to 1000 ms)."""
        self._span = tick_ms * (self._hz // 1000) - self._slack
        self._sm.active(1)

    def ready_isr(self) -> int:
        """1 when a burst handed over now would be the next one pulled."""
        return self._sm.tx_fifo() == 0

    def burst_isr(self, count: int) -> None:
        """Emit `count` pulses (1 to 511), spread evenly over one tick."""
        idle = self._span // count - self._fixed
        if idle < 0:
            idle = 0
        word = (idle << _COUNT_BITS) | count
        head = self._head
        self._counts[head] = count
        self._words[head] = word
        self._head = (head + 1) & 7
        self._handed = (self._handed + count) & 0xFFFF
        self._sm.put(word)

    def collect_isr(self) -> int:
        """Pulses of the bursts that the hardware has reported since the last call."""
        total = 0
        sm = self._sm
        reports = sm.rx_fifo()
        while reports:
            sm.get()
            total += self._counts[self._tail]
            self._tail = (self._tail + 1) & 7
            reports -= 1
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
        time.sleep_us(self._least_us)
        self._sm.exec(self._low)

    def drain(self) -> int:
        """After stop(): throw away all that is queued; returns the pulses handed over but not
        emitted.
        """
        unsent = self._unsent()
        self._reset()
        return unsent

    def _reset(self) -> None:
        """A machine with nothing in it, as after power-on; FIFOs are emptied by init."""
        sm = self._sm
        while sm.tx_fifo():
            sm.exec(pio_words.PULL)
        first = self._pins[0]
        sm.init(self._program, freq=self._hz, out_base=first, sideset_base=first)
        self._load()
        sm.exec(pio_words.CLEAR_X)
        sm.exec(pio_words.PULL)  # empty: OSR becomes X, no old word passes for a burst
        self._tail = self._head
        self._handed = 0

    def _load(self) -> None:
        """Put into ISR what the program needs there."""

    def _unsent(self) -> int:
        queued = self._sm.tx_fifo()
        unsent = 0
        for back in range(1, queued + 1):
            unsent += self._counts[(self._head - back) & 7]
        self._drop_reports()
        held = self._register(pio_words.READ_OSR)
        if held == self._words[(self._head - queued - 1) & 7] and held:
            return unsent + (held & COUNT_MAX)  # pulled, not yet counted into X
        left = self._register(pio_words.READ_X)
        return unsent + (left if left <= COUNT_MAX else 0)  # past zero: a program gone wrong

    def _register(self, read: int) -> int:
        self._sm.exec(read)
        self._sm.exec(pio_words.PUSH)
        return self._sm.get()  # type: ignore  # the stubs' None is for a buffer

    def _drop_reports(self) -> None:
        while self._sm.rx_fifo():
            self._sm.get()
