"""How a state machine sees pins: wait, jmp(pin), in_(pins), mov(x, pins) and the edge counter.

Edge counter: a loop of wait(1), decrements and wait(0) on one pin swallows a train of k pulses in
one step, when every pulse is long enough and far enough from the next to be counted exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shim.pio.asm import NOP
from shim.pio.signals import MASK, RETRY, STALLED

if TYPE_CHECKING:
    from shim.pio.config import SmConfig
    from shim.pio.machine import Machine
    from shim.pio.watch import Watch


class CounterLoop(NamedTuple):
    """A loop that counts one pulse a round. `cycles` is one round without any waiting.

    `to_low` of them lie before the wait for the low; `ends_low`: nothing but the head follows it.
    """

    head: int
    dec_x: int
    dec_y: int
    cycles: int
    to_low: int
    ends_low: bool


def pin_level(m: Machine, pin: int) -> int:
    """The pin's level in the machine's present cycle."""
    watch = m.watches.get(pin)
    if watch is None or m.forced_ns is not None:
        return m.block.lines[pin].level() if pin < 30 else 0
    return watch.level_at(m.grid.time_ns(m.cycle))


def in_value(m: Machine, source: int) -> int:
    """The value of a source of in_ and mov."""
    if source == 0:
        base = m.config.in_base
        return sum(pin_level(m, (base + n) % 32) << n for n in range(32))
    if source == 1:
        return m.x
    if source == 2:
        return m.y
    if source == 6:
        return m.isr
    if source == 7:
        return m.osr
    if source == 5:
        raise NotImplementedError("mov(.., status): STATUS_SEL cannot be set from MicroPython")
    return 0


def jmp_pin_op(pin: int, target: int, following: int) -> Callable[[Machine], int]:
    """jmp(pin, target)."""
    return lambda m: target if pin_level(m, pin) else following


def wait_op(pin: int, level: int, following: int, address: int | None) -> Callable[[Machine], int]:
    """wait(level, gpio or pin, ..): stalls until a cycle in which the pin has the level."""

    def core(m: Machine) -> int:
        watch = m.watches.get(pin)
        if watch is None or m.forced_ns is not None:
            return following if pin_level(m, pin) == level else STALLED
        loop = None if address is None else m.counter_loops.get(address)
        now_ns, match_ns = m.grid.time_ns(m.cycle), None
        while match_ns != now_ns:
            match_ns = watch.next_match(level, now_ns)
            if match_ns is None:
                m.stall_watch = watch
                watch.count = loop and _pulse_counter(m, loop)
                return STALLED
            if match_ns != now_ns:
                m.cycle = m.grid.first_from(match_ns)
                if m.cycle > m.limit:
                    return RETRY
                now_ns = m.grid.time_ns(m.cycle)
        if loop is not None and watch.items and _swallow(m, watch, loop):
            return RETRY if m.cycle > m.limit else following
        return following

    return core


def _pulse_counter(m: Machine, loop: CounterLoop) -> Callable[[int, int], bool] | None:
    """Counts a pulse that is over, (rise_ns, fall_ns), for a machine that waits at the head for
    it and is back there afterwards; False: the machine has to go through it step by step.
    """
    if not (loop.ends_low and m.closed_forms):
        return None
    clock, t0_ns, num, den = m.block.clock, m.grid.t0_ns, m.grid.num, m.grid.den
    to_low, to_head = loop.to_low, loop.cycles - loop.to_low

    def count(rise_ns: int, fall_ns: int) -> bool:
        high = -((t0_ns - rise_ns) * den // num)
        if high < m.cycle:
            high = m.cycle
        low = -((t0_ns - fall_ns) * den // num)
        if low < high + to_low:
            low = high + to_low
        if t0_ns + high * num // den >= fall_ns or t0_ns + low * num // den > clock.now_ns:
            return False
        if not m.stalled or m.pc != loop.head or m.latched is not None:
            return False
        m.x = m.x - loop.dec_x & MASK
        m.y = m.y - loop.dec_y & MASK
        m.cycle = low + to_head
        return True

    return count


def _swallow(m: Machine, watch: Watch, loop: CounterLoop) -> bool:
    """At a pulse of a train: count it and all that follow but the last one.

    A train that a listener hears lies in the past, so all of it may be counted. Leaves the
    machine at the rise of the pulse not yet counted. The bounds are such that plain stepping
    would be back at wait(1) before each next rise, and see each pulse's high.
    """
    item = watch.items[0]
    if len(item) == 2 or not m.closed_forms:
        return False
    t0_ns, period_ns, high_ns, count = item
    num, den = m.grid.num, m.grid.den
    too_short = high_ns * den < num
    if too_short or (period_ns - high_ns) * den < (loop.cycles + 1) * num:
        return False
    here = (m.grid.time_ns(m.cycle) - t0_ns) // period_ns
    last = count - 1
    skipped = last - here
    if skipped <= 0:
        return False
    m.x = m.x - skipped * loop.dec_x & MASK
    m.y = m.y - skipped * loop.dec_y & MASK
    m.cycle = m.grid.first_from(t0_ns + last * period_ns)
    return True


def watched_pins(words: Sequence[int], config: SmConfig) -> set[int]:
    """Every GPIO whose level the program can read."""
    pins: set[int] = set()
    for word in words:
        major, arg = word >> 13, word & 0xFF
        if major == 0 and arg >> 5 == 6:
            pins.add(config.jmp_pin)
        elif major == 1 and arg >> 5 & 3 < 2:
            pins.add(((arg & 31) + (config.in_base if arg >> 5 & 3 else 0)) % 32)
        elif major == 2 and arg >> 5 == 0:
            pins.update((config.in_base + n) % 32 for n in range(arg & 31 or 32))
        elif major == 5 and arg & 7 == 0:
            pins.update((config.in_base + n) % 32 for n in range(32))
    return {pin for pin in pins if pin < 30}


def find_counter_loops(memory: Sequence[int], m: Machine) -> dict[int, CounterLoop]:
    """Addresses of a wait(1) that heads an edge-counting loop."""
    found: dict[int, CounterLoop] = {}
    if m.config.side_bits:
        return found
    for address, word in enumerate(memory):
        if word & 0xE080 == 0x2080 and word & 0x60 < 0x40:
            loop = _trace_counter(memory, m, address)
            if loop is not None:
                found[address] = loop
    return found


def _trace_counter(memory: Sequence[int], m: Machine, head: int) -> CounterLoop | None:
    """Follow the straight path from `head` back to `head`; None when it is no edge counter."""
    decrements = {0x40: 0, 0x80: 0}
    fall_waits, to_low, cycles, address = 0, 0, 0, head
    for _ in range(33):
        word, before = memory[address], cycles
        cycles += m.ops[address].cost
        following = m.config.wrap_bottom if address == m.config.wrap_top else address + 1 & 31
        plain = word & ~0x1F00
        if plain == memory[head] & ~0x1F80:
            fall_waits, to_low = fall_waits + 1, before
        elif word >> 13 == 0 and plain & 0xE0 == 0:
            following = plain & 31
        elif word >> 13 == 0 and plain & 0xE0 in decrements and plain & 31 == following:
            decrements[plain & 0xE0] += 1
        elif address != head and plain != NOP:
            return None
        address = following
        if address == head:
            if fall_waits != 1:
                return None
            counts = decrements[0x40], decrements[0x80]
            return CounterLoop(head, *counts, cycles, to_low, ends_low=before == to_low)
    return None
