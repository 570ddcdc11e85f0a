# ruff: noqa: I001
# mypy: ignore-errors
"""Scratch registers, reset causes and what a reset leaves."""

import machine
import time

from report import say

SCRATCH0 = 0x4005800C
REASON = 0x40058008


def read(when):
    """What the program finds after a reset of the named kind."""
    say("reset.%s.cause" % when, machine.reset_cause())
    say("reset.%s.scratch" % when, [machine.mem32[SCRATCH0 + 4 * n] for n in range(4)])
    say("reset.%s.reason" % when, machine.mem32[REASON])


def mark():
    """Leave values in the scratch registers; words of 30 bits and of 32."""
    for number, value in enumerate((1, 2, (1 << 30) - 1, 0xFFFFFFFF)):
        machine.mem32[SCRATCH0 + 4 * number] = value
    say("reset.marked", [machine.mem32[SCRATCH0 + 4 * n] for n in range(4)])


def forced():
    """machine.reset()."""
    machine.reset()


def watchdog():
    """Let a watchdog of 100 ms run out."""
    machine.WDT(timeout=100)
    while True:
        time.ticks_ms()  # on the virtual Pico only a call takes time


def soft():
    """machine.soft_reset()."""
    machine.soft_reset()


def fed(times):
    """Feed a watchdog of 100 ms every 60 ms: no reset."""
    dog = machine.WDT(timeout=100)
    for _ in range(int(times)):
        time.sleep_ms(60)
        dog.feed()
    say("reset.fed", times)
