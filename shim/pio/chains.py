"""Straight pieces of a program as one Python function each: most of a pulse's cost is dispatch.

A chain is an op and those that follow it, as long as they only move registers, count them down or
jump forward; it may begin with a push or pull and end with a count-down on the spot, and with the
push that reports the end of its loop. It takes its cycles at once: the machine uses it only while
its last op before a count-down is due before the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from shim.pio.ops import Op
from shim.pio.signals import MASK

if TYPE_CHECKING:
    from shim.pio.config import SmConfig
    from shim.pio.data_ops import Core
    from shim.pio.machine import Machine

_LEAVES = {
    0: "", 1: "not m.x", 2: f"m.x != {MASK}", 3: "not m.y", 4: f"m.y != {MASK}", 5: "m.x != m.y",
}  # fmt: skip
"""When a jump leaves the straight way, by its condition; a counter has been counted by then."""

_REGISTERS = {1: "x", 2: "y", 6: "isr", 7: "osr"}


class _Step(NamedTuple):
    """One instruction as Python: `lines`; then to `target` if `leaves`, else to `following`."""

    lines: Sequence[str]
    following: int
    leaves: str = ""
    target: int = 0


def with_chains(m: Machine) -> tuple[list[Op], int]:
    """The machine's ops, each chain in its first op's place; the most cycles before a last op."""
    ops, longest = list(m.ops), 0
    if m.closed_forms and not m.config.autopull and not m.config.side_pindirs:
        for address in m.words:
            chain = _chain_from(m, address)
            if chain.length > 1:
                ops[address] = chain.op(m.ops[address])
                longest = max(longest, chain.to_last)
    return ops, longest


def _chain_from(m: Machine, address: int) -> _Chain:
    chain = _Chain(m.ops[address], address)
    step = _fifo_step(m, address) or _step(m, address)
    while step is not None:
        chain.take(m.ops[address], step)
        address = step.following
        step = _step(m, address)
    if address in m.spins and _next(m, address) > address:
        chain.spin(m, address)
    else:
        chain.end(address)
    return chain


class _Chain:
    """The source of a chain: `length` ops so far, `to_last` cycles before the last of them."""

    def __init__(self, first: Op, start: int) -> None:
        self._start = start
        self._lines = ["def chain(m):"]
        self._side = first.side_bits if first.side_mask else None
        self._visited = self._cycles = self._booked = 0  # booked: of the cycles, those in m.cycle
        self.length = self.to_last = self._high = 0  # high: a pin's rise that waits for its fall

    def take(self, op: Op, step: _Step) -> None:
        """Add an instruction."""
        self._begin(op)
        self._lines += step.lines
        self._cycles += op.cost
        if step.leaves:
            self._raise()
            spent = self._cycles - self._booked
            self._lines.append(f"if {step.leaves}: m.cycle += {spent}; return {step.target}")

    def spin(self, m: Machine, address: int) -> None:
        """End with a count-down on the spot, which looks at the cycle and may not come through."""
        op, register = m.ops[address], m.spins[address]
        self._begin(op)
        self._raise()
        self._book()
        self._lines += (
            f"value, rounds = m.{register}, (m.limit - m.cycle) // {op.cost}",
            "if rounds < value:",
            f" m.{register} = value - rounds - 1",
            f" m.cycle += (rounds + 1) * {op.cost}; return {address}",
            f"m.{register} = {MASK}; m.cycle += (value + 1) * {op.cost}",
            *_loop_end(m, address, self._start),
            f"return {_next(m, address)}",
        )

    def end(self, address: int) -> None:
        """End; the program goes on at `address`."""
        self._raise()
        self._book()
        self._lines.append(f"return {address}")

    def op(self, first: Op) -> Op:
        """The chain as one op, which books its own cycles."""
        core = _compiled("\n ".join(self._lines))
        return Op(first.side_mask, first.side_bits, core, 0, self._visited)

    def _begin(self, op: Op) -> None:
        if op.side_mask and op.side_bits != self._side:
            self._drive(op.side_mask, op.side_bits)
            self._side = op.side_bits
        self.to_last = self._cycles
        self._visited |= op.bit
        self.length += 1

    def _drive(self, mask: int, bits: int) -> None:
        if self._high:
            cycles, self._high, self._booked = self._cycles - self._booked, 0, self._cycles
            self._lines.append(f"pulse(m, {mask}, {cycles})")
            return
        self._book()
        if self._side == 0 and bits == mask and not mask & mask - 1:
            self._high = mask
        else:
            self._lines.append(f"m.write_levels({mask}, {bits})")

    def _raise(self) -> None:
        if self._high:
            self._lines.append(f"m.write_levels({self._high}, {self._high})")
            self._high = 0

    def _book(self) -> None:
        if self._cycles > self._booked:
            self._lines.append(f"m.cycle += {self._cycles - self._booked}")
            self._booked = self._cycles


@cache
def _compiled(source: str) -> Core:
    names: dict[str, Any] = {"pulse": _pulse}
    exec(source, names)
    core: Core = names["chain"]
    return core


def _pulse(m: Machine, mask: int, cycles: int) -> None:
    """The one pin in `mask`, which is low, goes high now and low again `cycles` later."""
    if m.last_head is not None:
        m.write_levels(mask, mask)
        m.cycle += cycles
        m.write_levels(mask, 0)
        return
    block, grid, rise = m.block, m.grid, m.cycle
    m.cycle = rise + cycles
    if block.routed & mask:
        t0_ns, num, den = grid.t0_ns, grid.num, grid.den
        rise_ns, fall_ns = t0_ns + rise * num // den, t0_ns + m.cycle * num // den
        block.lines[mask.bit_length() - 1].pio_pulse(rise_ns, fall_ns)


def _next(m: Machine, address: int) -> int:
    config = m.config
    return config.wrap_bottom if address == config.wrap_top else address + 1 & 31


def _loop_end(m: Machine, spin: int, start: int) -> list[str]:
    """The loop whose round ends with a spin and a jump back to a test of its counter: when the
    test ends it, the way out without another arrival at its head, and the report there."""
    back = _next(m, spin)
    head = m.block.memory[back] & 31
    word, sides = m.block.memory[head], {m.ops[n][:2] for n in (spin, back, head)}
    test = {1: "not m.x", 3: "not m.y"}.get(word >> 5 & 7)
    if m.block.memory[back] & 0xE0E0 or word >> 13 or test is None or len(sides) > 1:
        return []
    to_test, out = m.ops[back].cost, word & 31
    lines = [
        f"if {test} and m.cycle + {to_test} <= m.limit:",
        f" m.cycle += {to_test + m.ops[head].cost}",
    ]
    if m.block.memory[out] & 0xE0E0 == 0x8000 and m.ops[out][:2] in sides:
        lines.append(f" if m.cycle > m.limit: return {out}")
        lines.append(f" m.ops[{out}][2](m); m.cycle += {m.ops[out].cost}")
        out = _next(m, out)
        if out == start and _is_pull(m.block.memory[start]) and m.ops[start][:2] in sides:
            lines.append(" if not m.tx and m.cycle <= m.limit: return -1")
    return [*lines, f" return {out}"]


def _fifo_step(m: Machine, address: int) -> _Step | None:
    """A push or pull, which may stall: at the beginning of a chain no harm is done by that."""
    following = _next(m, address)
    if m.block.memory[address] >> 13 != 4 or following <= address:
        return None
    if _is_pull(m.block.memory[address]):
        return _Step(("if not m.tx or m.fifo_stuck: return -1", "m.pull_osr()"), following)
    call = f"following = m.ops[{address}].core(m)", "if following < 0: return following"
    return _Step(call, following)


def _is_pull(word: int) -> bool:
    """pull(block), which stalls for want of a word."""
    return word & 0xE0E0 == 0x80A0


def _step(m: Machine, address: int) -> _Step | None:
    """None for an instruction that looks or acts outside, or may lead back."""
    word, following = m.block.memory[address], _next(m, address)
    if not word >> 13:
        return _jump(word, address, following)
    line = _statement(word, m.config)
    return None if line is None or following <= address else _Step([line], following)


def _jump(word: int, address: int, following: int) -> _Step | None:
    condition, target = word >> 5 & 7, word & 31
    if condition not in _LEAVES or min(following, target) <= address:
        return None
    if condition == 0:
        return _Step([], target)
    counted = {2: "x", 4: "y"}.get(condition)
    lines = [f"m.{counted} = m.{counted} - 1 & {MASK}"] if counted else []
    return _Step(lines, following, _LEAVES[condition] if target != following else "", target)


def _statement(word: int, config: SmConfig) -> str | None:
    """A move within the machine, None for every other word."""
    major, destination, low = word >> 13, word >> 5 & 7, word & 31
    name = _REGISTERS.get(destination)
    if major == 3 and destination in (1, 2):
        return _out(name, low or 32, config.out_right)
    if major == 5 and name and low & 7 in _REGISTERS and low >> 3 < 2:
        inverted = f" ^ {MASK}" if low >> 3 else ""
        emptied = f"; m.{name}_count = 0" if destination > 2 else ""
        return f"m.{name} = m.{_REGISTERS[low & 7]}{inverted}{emptied}"
    return f"m.{name} = {low}" if major == 7 and destination in (1, 2) else None


def _out(name: str | None, count: int, right: bool) -> str:
    taken = f"m.osr & {(1 << count) - 1}" if right else f"m.osr >> {32 - count}"
    left = f"m.osr >> {count}" if right else f"m.osr << {count} & {MASK}"
    counted = f"m.osr_count + {count} if m.osr_count < {32 - count} else 32"
    return f"m.{name} = {taken}; m.osr = {left}; m.osr_count = {counted}"
