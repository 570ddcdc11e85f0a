# ruff: noqa: I001
# mypy: ignore-errors
"""Timers: hard and soft, late and lost callbacks, death by exception, the schedule queue."""

import machine
import micropython
import time
from machine import Timer

from report import kind, outcome, say


class Counter:
    """Counts its callbacks and the shortest and longest gap between two of them."""

    def __init__(self):
        self.count = 0
        self.last_us = 0
        self.least_us = 1 << 29
        self.most_us = 0
        self.fail_at = -1

    def tick_isr(self, _timer):
        now_us = time.ticks_us()
        if self.count:
            gap_us = time.ticks_diff(now_us, self.last_us)
            if gap_us < self.least_us:
                self.least_us = gap_us
            if gap_us > self.most_us:
                self.most_us = gap_us
        self.last_us = now_us
        self.count += 1
        if self.count == self.fail_at:
            raise ValueError


def run(hard, period_ms, prefix):
    """Count callbacks for ten and a half periods; print count and the gaps in whole ms."""
    counter = Counter()
    timer = Timer(period=period_ms, mode=Timer.PERIODIC, callback=counter.tick_isr, hard=hard)
    time.sleep_us(period_ms * 10_500)
    timer.deinit()
    say(prefix + ".count", counter.count)
    say(prefix + ".gaps_ms", ((counter.least_us + 500) // 1000, (counter.most_us + 500) // 1000))
    seen = counter.count
    time.sleep_ms(3 * period_ms)
    say(prefix + ".after_deinit", counter.count - seen)


def periodic():
    """Both kinds at several periods; the first callback comes one period after init."""
    for period_ms in (1, 10, 20):
        run(True, period_ms, "timer.hard_%d" % period_ms)
        run(False, period_ms, "timer.soft_%d" % period_ms)


def by_frequency():
    """freq= instead of period=, and one shot."""
    counter = Counter()
    timer = Timer(freq=50, mode=Timer.PERIODIC, callback=counter.tick_isr, hard=True)
    time.sleep_ms(110)
    timer.deinit()
    say("timer.freq_50", counter.count)
    counter = Counter()
    timer = Timer(period=10, mode=Timer.ONE_SHOT, callback=counter.tick_isr, hard=True)
    time.sleep_ms(50)
    say("timer.one_shot", counter.count)
    say("timer.init_again", outcome(timer.init, period=10, callback=counter.tick_isr, hard=True))
    time.sleep_ms(35)
    timer.deinit()
    say("timer.default_mode", counter.count)
    say("timer.deinit_twice", outcome(timer.deinit))


def masked(hard, period_ms, mask_ms, prefix):
    """Mask interrupts for mask_ms in the middle of a run."""
    counter = Counter()
    timer = Timer(period=period_ms, mode=Timer.PERIODIC, callback=counter.tick_isr, hard=hard)
    time.sleep_ms(2 * period_ms + period_ms // 2)
    state = machine.disable_irq()
    busy(mask_ms)  # no sleep: with interrupts masked it would never be woken
    before = counter.count
    machine.enable_irq(state)
    time.sleep_us(period_ms * 250)
    at_once = counter.count - before
    time.sleep_ms(2 * period_ms)
    timer.deinit()
    say(prefix, (before, at_once, counter.count))


def busy(span_ms):
    """Keep the CPU for span_ms."""
    start = time.ticks_us()
    while time.ticks_diff(time.ticks_us(), start) < span_ms * 1000:
        pass


def late():
    """(callbacks before, right after, and in all) when interrupts were masked."""
    masked(True, 10, 45, "timer.masked_hard_10_45")
    masked(True, 10, 120, "timer.masked_hard_10_120")
    masked(True, 20, 5, "timer.masked_hard_20_5")
    masked(False, 10, 45, "timer.masked_soft_10_45")
    masked(False, 10, 120, "timer.masked_soft_10_120")


def death(hard):
    """A handler that raises on its third call."""
    counter = Counter()
    counter.fail_at = 3
    timer = Timer(period=10, mode=Timer.PERIODIC, callback=counter.tick_isr, hard=hard == "hard")
    time.sleep_ms(85)
    timer.deinit()
    say("timer.death_" + hard, counter.count)


def allocation():
    """A hard handler has no heap; a soft one has."""
    for hard in (True, False):
        made = []

        def allocate(_timer, made=made):
            made.append(bytearray(8))

        timer = Timer(period=10, mode=Timer.PERIODIC, callback=allocate, hard=hard)
        time.sleep_ms(35)
        timer.deinit()
        say("timer.allocates_" + ("hard" if hard else "soft"), len(made))


class Flood:
    """A hard handler that schedules ten calls at once."""

    def __init__(self):
        self.order = []
        self.taken = 0
        self.refused = None
        self.call = self.order.append

    def flood_isr(self, _timer):
        try:
            for number in range(10):
                micropython.schedule(self.call, number)
                self.taken += 1
        except RuntimeError as error:
            self.refused = error


def queue():
    """micropython.schedule from an interrupt: depth, order, and what a full queue says."""
    flood = Flood()
    timer = Timer(period=10, mode=Timer.ONE_SHOT, callback=flood.flood_isr, hard=True)
    time.sleep_ms(30)
    timer.deinit()
    say("schedule.taken", flood.taken)
    say("schedule.refused", kind(flood.refused))
    say("schedule.order", flood.order)


def preemption():
    """A busy main program: who interrupts it."""
    for hard in (True, False):
        counter = Counter()
        timer = Timer(period=5, mode=Timer.PERIODIC, callback=counter.tick_isr, hard=hard)
        start = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), start) < 28:
            pass
        timer.deinit()
        say("timer.busy_" + ("hard" if hard else "soft"), counter.count)
