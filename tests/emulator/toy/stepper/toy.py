# ruff: noqa: F821, B018, I001 - PIO assembler words are injected by the assembler
# mypy: ignore-errors
"""A small pump: hard timer, PIO bursts, and an edge counter in the other PIO block."""

import micropython
import rp2
from machine import Pin, Timer

BURST_STEPS = 5
PERIOD_MS = 20


@rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW)
def burst():  # one word in: that many steps less one, 100 us apart, 10 us high
    pull(block).side(0)
    mov(x, osr).side(0)
    label("step")
    nop().side(1)[9]
    nop().side(0)[15]
    nop().side(0)[15]
    nop().side(0)[15]
    nop().side(0)[15]
    nop().side(0)[15]
    jmp(x_dec, "step").side(0)[9]


@rp2.asm_pio()
def count_edges():
    label("next")
    wait(0, pin, 0)
    wait(1, pin, 0)
    jmp(x_dec, "next")


class Toy:
    def __init__(self):
        self.commanded = 0
        self.left_bursts = 0
        self.step_sm = rp2.StateMachine(0, burst, freq=1_000_000, sideset_base=Pin(2))
        self.guard_sm = rp2.StateMachine(4, count_edges, freq=1_000_000, in_base=Pin(2))
        self.guard_sm.exec("set(x, 0)")
        self.step_sm.active(1)
        self.guard_sm.active(1)
        self.timer = Timer()

    def start(self, bursts):
        self.left_bursts = bursts
        self.timer.init(mode=Timer.PERIODIC, period=PERIOD_MS, callback=self.tick_isr, hard=True)

    def tick_isr(self, _timer):
        if self.left_bursts > 0 and self.step_sm.tx_fifo() < 4:
            self.left_bursts -= 1
            self.commanded += BURST_STEPS
            self.step_sm.put(BURST_STEPS - 1)

    def counted(self):
        self.guard_sm.exec("mov(isr, invert(x))")
        self.guard_sm.exec("push(noblock)")
        return (self.guard_sm.get() + 1) & 0xFFFF


micropython.alloc_emergency_exception_buf(100)
