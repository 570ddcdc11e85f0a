"""The PIO instructions that move data: in, out, push, pull, mov and set.

RP2040 datasheet, sections 3.4 and 3.5.4 (autopush and autopull).
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

from shim.pio.pins import in_value
from shim.pio.signals import KEEP, MASK, RETRY, STALLED

if TYPE_CHECKING:
    from shim.pio.machine import Machine

Core = Callable[["Machine"], int]


def in_op(m: Machine, arg: int, following: int, address: int | None) -> Core:
    """in_: bits of a source into the ISR, with autopush."""
    source, count = arg >> 5, arg & 31 or 32
    right, autopush, threshold = m.config.in_right, m.config.autopush, m.config.push_threshold
    low = (1 << count) - 1

    def core(s: Machine) -> int:
        if not s.push_owed:
            value = in_value(s, source) & low
            if right:
                s.isr = (s.isr >> count | value << 32 - count) & MASK
            else:
                s.isr = (s.isr << count | value) & MASK
            s.isr_count = min(32, s.isr_count + count)
        s.push_owed = autopush and s.isr_count >= threshold
        if s.push_owed:
            if len(s.rx) >= s.rx_depth:
                return STALLED
            s.push_isr()
        return following

    if source in _REGISTERS and autopush and count >= threshold and not right:
        return _register_push(_REGISTERS[source], count, core, following)
    return core


def _register_push(source: str, count: int, general: Core, following: int) -> Core:
    """in_ from a register to the left that fills the ISR: how the guard reads its counter."""
    value, low = attrgetter(source), (1 << count) - 1

    def core(s: Machine) -> int:
        rx = s.rx
        if s.isr or s.isr_count or len(rx) >= s.rx_depth:
            return general(s)
        rx.append(value(s) & low)
        return following

    return core


def out_op(m: Machine, arg: int, following: int, address: int | None) -> Core:
    """out: bits of the OSR to a destination, with autopull."""
    destination, count = arg >> 5, arg & 31 or 32
    right, autopull, threshold = m.config.out_right, m.config.autopull, m.config.pull_threshold
    low = (1 << count) - 1
    write = _out_writer(m, destination, count)

    def core(s: Machine) -> int:
        if autopull and s.osr_count >= threshold:
            if s.fifo_stuck or not s.tx:
                return STALLED
            s.pull_osr()
            s.cycle += 1  # the refill takes this cycle
            return RETRY
        value = s.osr & low if right else s.osr >> 32 - count
        s.osr = s.osr >> count if right else s.osr << count & MASK
        s.osr_count = min(32, s.osr_count + count)
        if autopull:
            s.refill()
        return write(s, value, following)

    return core


def _out_writer(m: Machine, destination: int, count: int) -> Callable[[Machine, int, int], int]:
    if destination == 7:
        return _execute
    if destination == 5:
        return lambda s, value, following: value & 31
    store = _store(m, destination, count)

    def write(s: Machine, value: int, following: int) -> int:
        store(s, value)
        return following

    return write


def _execute(m: Machine, word: int, following: int) -> int:
    """out(exec) and mov(exec): the word runs in the next cycle; this one's delay is ignored."""
    m.latch(word & 0xFFFF)
    m.cycle += 1
    if following != KEEP:
        m.pc = following
    return RETRY


def _store(m: Machine, destination: int, count: int = 0) -> Callable[[Machine, int], None]:
    """Destinations that out and mov have in common."""
    out = m.config.out

    def store(s: Machine, value: int) -> None:
        if destination == 0:
            s.write_levels(out.mask, out.spread(value))
        elif destination == 1:
            s.x = value
        elif destination == 2:
            s.y = value
        elif destination == 4:
            s.write_dirs(out.mask, out.spread(value))
        elif destination == 6:
            s.isr, s.isr_count = value, count
        elif destination == 7:
            s.osr, s.osr_count = value, 0

    return store


def push_pull_op(m: Machine, arg: int, following: int, address: int | None) -> Core:
    """push and pull, blocking or not, conditional or not."""
    conditional, block = bool(arg & 0x40), bool(arg & 0x20)
    return (_pull if arg & 0x80 else _push)(m, conditional, block, following)


def _push(m: Machine, if_full: bool, block: bool, following: int) -> Core:
    threshold = m.config.push_threshold

    def core(s: Machine) -> int:
        if if_full and s.isr_count < threshold:
            return following
        rx = s.rx
        if len(rx) < s.rx_depth:
            rx.append(s.isr)
            s.isr = s.isr_count = 0
            s.push_owed = False
        elif block:
            return STALLED
        else:
            s.isr = s.isr_count = 0  # the word is lost
        return following

    return core


def _pull(m: Machine, if_empty: bool, block: bool, following: int) -> Core:
    threshold, autopull = m.config.pull_threshold, m.config.autopull

    def core(s: Machine) -> int:
        if if_empty and s.osr_count < threshold or autopull and s.osr_count == 0:
            return following
        if s.tx and not s.fifo_stuck:
            s.pull_osr()
        elif block:
            return STALLED
        else:
            s.osr, s.osr_count = s.x, 0
        return following

    return core


def _reverse(value: int) -> int:
    return int(f"{value:032b}"[::-1], 2)


_REGISTERS = {1: "x", 2: "y", 6: "isr", 7: "osr"}


def mov_op(m: Machine, arg: int, following: int, address: int | None) -> Core:
    """mov: a register or pins to another, as it is, inverted or reversed."""
    destination, operation, source = arg >> 5, arg >> 3 & 3, arg & 7
    if arg == 0x42:
        return lambda s: following
    store = _store(m, {4: 8}.get(destination, destination))

    def core(s: Machine) -> int:
        value = in_value(s, source)
        if operation == 1:
            value ^= MASK
        elif operation == 2:
            value = _reverse(value)
        if destination == 4:
            return _execute(s, value, following)
        if destination == 5:
            return value & 31
        store(s, value)
        return following

    return core


def set_op(m: Machine, arg: int, following: int, address: int | None) -> Core:
    """set: five bits to pins, directions or a scratch register."""
    destination, value = arg >> 5, arg & 31
    group = m.config.set

    def core(s: Machine) -> int:
        if destination == 0:
            s.write_levels(group.mask, group.spread(value))
        elif destination == 1:
            s.x = value
        elif destination == 2:
            s.y = value
        elif destination == 4:
            s.write_dirs(group.mask, group.spread(value))
        return following

    return core
