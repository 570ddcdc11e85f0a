"""Whole rounds of a counted loop at once.

A round leads from an address back to itself. When it changed one scratch register by -1 and
nothing else, read no pin and no FIFO, and that register is used by nothing in the round but tests
against zero, then every further round is the same while the register stays above 1: their pin
changes are those of the last round, shifted. A pulse a round becomes one train.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shim.pio.machine import Machine


class Head(NamedTuple):
    """The machine as it arrived at the head of a loop."""

    address: int
    cycle: int
    x: int
    y: int
    rest: tuple[int, ...]


class Uses(NamedTuple):
    """Masks of addresses: whose outcome is no pure function of registers; that use x or y;
    to which a path of pure instructions leads back (the heads worth watching)."""

    impure: int
    x: int
    y: int
    heads: int


def uses_of(memory: Sequence[int], wrap_bottom: int, wrap_top: int) -> Uses:
    """Classify every address of the instruction memory."""
    impure = x = y = 0
    for address, word in enumerate(memory):
        bit = 1 << address
        impure |= bit if _is_impure(word) else 0
        x |= bit if _uses_register(word, 1) else 0
        y |= bit if _uses_register(word, 2) else 0
    successors = [_successors(memory, a, wrap_bottom, wrap_top) for a in range(len(memory))]
    return Uses(impure, x, y, _loop_heads(successors, impure))


def _successors(memory: Sequence[int], address: int, wrap_bottom: int, wrap_top: int) -> list[int]:
    following = wrap_bottom if address == wrap_top else address + 1 & 31
    word = memory[address]
    if word >> 13:
        return [following]
    return [word & 31] if word & 0xE0 == 0 else [word & 31, following]


def _loop_heads(successors: Sequence[Sequence[int]], impure: int) -> int:
    heads = 0
    for head in range(len(successors)):
        reached, todo = 0, [head]
        while todo:
            address = todo.pop()
            if not impure >> address & 1:
                new = [n for n in successors[address] if not reached >> n & 1]
                reached |= sum(1 << n for n in set(new))
                todo.extend(new)
        heads |= reached & 1 << head
    return heads


def _is_impure(word: int) -> bool:
    major, high, low = word >> 13, word >> 5 & 7, word & 7
    if major == 0:
        return high == 6
    if major == 5:
        return low in (0, 5) or high in (4, 5)
    return major != 7


def _uses_register(word: int, register: int) -> bool:
    """Reads or writes the register other than by jmp(not_r) and jmp(r_dec)."""
    major, high, low = word >> 13, word >> 5 & 7, word & 7
    if major == 0:
        return high == 5
    return (major == 5 and register in (high, low)) or (major == 7 and high == register)


def arrive(m: Machine) -> None:
    """The machine jumped back to m.pc: run as many further rounds as are known, note the rest."""
    block = m.block
    rest = (m.osr, m.osr_count, m.isr, m.isr_count, block.levels, block.dirs)
    last = m.last_head
    if last is not None and last.address == m.pc and last.rest == rest and m.closed_forms:
        cycles = m.cycle - last.cycle
        rounds = min(_known_rounds(m, last), (m.limit + 1 - m.cycle) // cycles)
        if rounds > 0:
            _emit(m, last.cycle, cycles, rounds)
            m.cycle += rounds * cycles
            if m.x != last.x:
                m.x -= rounds
            else:
                m.y -= rounds
    m.last_head = Head(m.pc, m.cycle, m.x, m.y, rest)
    m.visited = 0
    m.log.clear()


def _known_rounds(m: Machine, last: Head) -> int:
    uses = m.uses
    if m.visited & uses.impure:
        return 0
    if m.y == last.y and m.x == last.x - 1 and not m.visited & uses.x:
        return m.x - 1
    if m.x == last.x and m.y == last.y - 1 and not m.visited & uses.y:
        return m.y - 1
    return 0


def _emit(m: Machine, head_cycle: int, cycles: int, rounds: int) -> None:
    """Repeat the logged pin changes of the last round, shifted by 1..rounds rounds."""
    log, grid = m.log, m.grid
    if not log:
        return
    if grid.whole_ns and _is_pulse(m):
        rise, pin = log[0][0], log[0][1]
        period_ns, high_ns = cycles * grid.num, (log[1][0] - rise) * grid.num
        if m.block.drives(pin):
            line = m.block.lines[pin]
            line.pio_train(grid.time_ns(rise + cycles), period_ns, high_ns, rounds)
        return
    for shift in range(cycles, (rounds + 1) * cycles, cycles):
        for cycle, pin, is_dir, value in log:
            m.block.put_on_line(pin, grid.time_ns(cycle + shift), is_dir, value)


def _is_pulse(m: Machine) -> bool:
    """The last round made one rise and then one fall of one pin that is an output."""
    log = m.log
    if len(log) != 2 or log[0][1] != log[1][1]:
        return False
    return log[0][2:] == (False, 1) and log[1][2:] == (False, 0)


def quiet_ns(m: Machine) -> int:
    """Before this instant a machine that runs touches no pin and no FIFO."""
    cycle = m.cycle
    register = m.spins.get(m.pc)
    if register is not None and m.latched is None and m.closed_forms:
        mask, bits, _, cost, _ = m.ops[m.pc]
        if not (m.block.levels ^ bits) & mask:
            cycle += (getattr(m, register) + 1) * cost
    return m.grid.time_ns(cycle)
