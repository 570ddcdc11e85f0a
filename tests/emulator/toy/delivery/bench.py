# mypy: ignore-errors
"""The pump's own delivery and hal, with a made-up order instead of a prescription.

12.5 nL a step as on the bench pump; no caps, and reserving costs no flash write: what a test
writes to flash is all that is written.
"""

import gc
import time

import machine

from picodose.delivery.delivery import Delivery
from picodose.delivery.dosing import Dosing
from picodose.delivery.granter import Granter
from picodose.delivery.guard import Guard
from picodose.delivery.ledger import Ledger
from picodose.delivery.plan import Plan
from picodose.hal import drives
from picodose.hal.clock import Clock
from picodose.hal.dosing_timer import DosingTimer
from picodose.hal.driver import Driver
from picodose.hal.scratch import Scratch

DIR, ENABLE = 3, 6
STEP_NL_H = 45_000  # one step a second, in nL/h
STEPS_PER_S_MAX = 20_000
NO_LIMIT = 1 << 28


class Profile:
    """What the drives need of a profile."""

    DRIVER = "stepdir"
    PIN_STEP = 2
    ON_US = 5000


class Order:
    """One rate for ever."""

    rate_nl_h = 0

    def units(self, t0_ms, t1_ms):
        return self.rate_nl_h * (t1_ms - t0_ms)

    def next_change_ms(self, t_ms, limit_ms):
        return limit_ms


class NoCaps:
    """Always room."""

    def room(self, t_ms):
        return NO_LIMIT

    def grant(self, steps, t_ms):
        pass


class Pump:
    """The parts, wired as assembly.py wires them."""

    def __init__(self):
        self.clock, self.timer, self.order = Clock(), DosingTimer(), Order()
        self.pulse, self.edges = drives.build(Profile, 0, 4)
        self.driver = Driver(ENABLE, DIR if Profile.DRIVER == "stepdir" else None, 0, 1)
        self.guard = Guard(self.edges, self.pulse, self.driver, 1000, NO_LIMIT, NO_LIMIT)
        self.dosing = Dosing(self.pulse, self.guard, Scratch())
        self.ledger = Ledger(self.dosing)
        spacing_us, rate_max = 1_000_000 // STEPS_PER_S_MAX, STEPS_PER_S_MAX * STEP_NL_H
        self.granter = Granter(
            self.order,
            Plan(25, 2),
            NoCaps(),
            self.ledger,
            self.dosing,
            covered,
            spacing_us,
            rate_max,
        )
        self.delivery = Delivery(
            self.pulse, self.driver, self.timer, self.clock, self.dosing, self.guard, self.ledger,
            self.granter, 2,
        )  # fmt: skip


def covered(granted, now_ms):
    return True


def prepare():
    global pump
    pump = Pump()
    gc.collect()


def drive(number):
    """Another drive from now on: 0 step/dir, 1 coils, 2 DC pump."""
    Profile.DRIVER = ("stepdir", "uln2003", "dc")[number]
    prepare()


def hang(span_ms):
    """Interrupts off and a busy loop."""
    state = machine.disable_irq()
    start_us = time.ticks_us()
    while time.ticks_diff(time.ticks_us(), start_us) < span_ms * 1000:
        pass
    machine.enable_irq(state)


def dose(steps_per_s, tick_ms):
    """Begin; nothing is granted after the two segments unless go_on() runs."""
    pump.order.rate_nl_h = steps_per_s * STEP_NL_H
    pump.delivery.begin(tick_ms)
    pump.delivery.run(pump.clock.now_ms())


def go_on(span_ms, allocate, write_every_ms):
    """The main loop for a while: grants when due; with `allocate` it makes 2 kB garbage a ms,
    and it writes a file every so often (0: never).
    """
    end_ms = pump.clock.now_ms() + span_ms
    due_ms = write_ms = pump.clock.now_ms()
    while pump.clock.now_ms() < end_ms:
        now_ms = pump.clock.now_ms()
        if now_ms >= due_ms:
            due_ms = pump.delivery.run(now_ms)
        if write_every_ms and now_ms >= write_ms:
            write_ms = now_ms + write_every_ms
            with open("load.bin", "wb") as out:
                out.write(bytearray(600))
        if allocate:
            bytearray(2000)
            time.sleep_ms(1)
        else:
            time.sleep_ms(min(20, max(0, end_ms - pump.clock.now_ms())))


def stop():
    """Halt and tell the books."""
    pump.delivery.halt()
    ledger = pump.ledger
    tripped = pump.guard.tripped + pump.granter.tripped
    print("confirmed", ledger.confirmed, "lost", ledger.missed_stall, end=" ")
    print("starved", pump.dosing.starved, "tripped", tripped)


def halts(words, steps, tick_ms, phases):
    """Halt with `words` bursts of `steps` handed over, once at each PIO cycle after the start.

    Prints for each halt what went out by the port's account; then a start with n = 0.
    """
    halts_from(words, steps, tick_ms, 0, 1, phases)


def halts_from(words, steps, tick_ms, first_us, every_us, phases):
    """As halts, from first_us after the start on, every_us apart."""
    port = pump.pulse
    for phase_us in range(first_us, first_us + phases * every_us, every_us):
        port.begin(tick_ms)
        port.kill_isr()
        for _ in range(min(words, 4)):
            port.burst_isr(steps)
        port.begin(tick_ms)
        if words > 4:
            port.burst_isr(steps)
        time.sleep_us(phase_us)
        port.stop()
        print("halt", words * steps - port.drain())
        port.begin(tick_ms)
        time.sleep_ms(2)
        port.stop()
        port.drain()
