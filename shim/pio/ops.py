"""One PIO instruction word -> one Python step. RP2040 datasheet, sections 3.4 and 3.5.

A core does the instruction's work and returns the next program counter, or STALLED (nothing can
change before the CPU or a watched pin does something), RETRY (ask again at `machine.cycle`, or run
`machine.latched`), KEEP (an instruction forced by the CPU that leaves the program counter alone).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from shim.pio.data_ops import Core, in_op, mov_op, out_op, push_pull_op, set_op
from shim.pio.pins import jmp_pin_op, wait_op
from shim.pio.signals import KEEP, MASK, RETRY, STALLED

if TYPE_CHECKING:
    from shim.pio.config import SmConfig
    from shim.pio.machine import Machine


class Op(NamedTuple):
    """A decoded instruction; `bit` marks its address in the mask of visited addresses.

    `side_bits` are the levels that its side-set puts out on the pins in `side_mask`.
    """

    side_mask: int
    side_bits: int
    core: Core
    cost: int
    bit: int


def decode(m: Machine, word: int, address: int | None) -> Op:
    """Decode for the machine's present settings; address None: forced by the CPU."""
    config = m.config
    field = word >> 8 & 31
    delay_bits = 5 - config.side_bits
    following = KEEP
    if address is not None:
        following = config.wrap_bottom if address == config.wrap_top else address + 1 & 31
    core = _DECODERS[word >> 13](m, word & 0xFF, following, address)
    if config.autopull and not _takes_osr(word):
        core = _refilling(core)
    cost = 1 + (field & (1 << delay_bits) - 1)
    mask, bits = _side(m, field >> delay_bits)
    if mask and config.side_pindirs:
        core, mask = _directing(core, mask, bits), 0
    return Op(mask, bits, core, cost, 0 if address is None else 1 << address)


def is_hidden(config: SmConfig, word: int) -> bool:
    """A machine that waits for a pin does not notice this word forced by the CPU.

    It takes one cycle, touches nothing but ISR, RX FIFO, X and Y, and stalls at most for want of
    room in the RX FIFO, which the caller has looked at.
    """
    major, destination, source = word >> 13, word >> 5 & 7, word & 7
    if word & 0x1F00 or config.side_bits or config.autopull:
        return False
    if major == 2:
        return destination in _HIDDEN_SOURCES
    if major == 4:
        return word & 0xA0 == 0  # push(noblock)
    return major == 5 and destination in (1, 2, 6) and source in _HIDDEN_SOURCES


def _takes_osr(word: int) -> bool:
    """out, pull and mov(osr, ..) see to the OSR themselves."""
    return word >> 13 == 3 or word & 0xE080 == 0x8080 or word & 0xE0E0 == 0xA0E0


def _refilling(core: Core) -> Core:
    def refill_first(m: Machine) -> int:
        m.refill()
        return core(m)

    return refill_first


def _directing(core: Core, mask: int, bits: int) -> Core:
    """Side-set on output enables instead of levels."""

    def direct_first(m: Machine) -> int:
        m.write_dirs(mask, bits)
        return core(m)

    return direct_first


def _side(m: Machine, value: int) -> tuple[int, int]:
    """Mask and bits of the side-set field; (0, 0) when the instruction has none."""
    config = m.config
    if not config.side.count or config.side_optional and not value >> config.side.count & 1:
        return 0, 0
    return config.side.mask, config.side.spread(value)


def _jmp(m: Machine, arg: int, following: int, address: int | None) -> Core:
    condition, target = arg >> 5, arg & 31
    if condition in (2, 4):
        if target == address:
            return _delay_loop("x" if condition == 2 else "y", target, following)
        return _jmp_x_dec(target, following) if condition == 2 else _jmp_y_dec(target, following)
    if condition == 6:
        return jmp_pin_op(m.config.jmp_pin, target, following)
    threshold = m.config.pull_threshold
    cores: dict[int, Core] = {
        0: lambda s: target,
        1: lambda s: following if s.x else target,
        3: lambda s: following if s.y else target,
        5: lambda s: target if s.x != s.y else following,
        7: lambda s: target if s.osr_count < threshold else following,
    }
    return cores[condition]


def spin_register(word: int, address: int) -> str | None:
    """The register that `jmp(r_dec, self)` counts down, None for any other word."""
    if word >> 13 or word & 31 != address:
        return None
    return {2: "x", 4: "y"}.get(word >> 5 & 7)


def _jmp_x_dec(target: int, following: int) -> Core:
    def core(m: Machine) -> int:
        x = m.x
        m.x = x - 1 & MASK
        return target if x else following

    return core


def _jmp_y_dec(target: int, following: int) -> Core:
    def core(m: Machine) -> int:
        y = m.y
        m.y = y - 1 & MASK
        return target if y else following

    return core


def _delay_loop(register: str, own: int, following: int) -> Core:
    """`jmp(r_dec, self)`: all its rounds up to the limit at once, in closed form."""

    def core(m: Machine) -> int:
        value: int = getattr(m, register)
        cost = m.ops[own].cost
        rounds = (m.limit - m.cycle) // cost if m.closed_forms else 0
        if rounds > value:
            rounds = value
        m.cycle += rounds * cost
        setattr(m, register, value - rounds - 1 & MASK)
        return own if value > rounds else following

    return core


def _wait(m: Machine, arg: int, following: int, address: int | None) -> Core:
    level, source, index = arg >> 7, arg >> 5 & 3, arg & 31
    if source == 0:
        return wait_op(index, level, following, address)
    if source == 1:
        return wait_op((m.config.in_base + index) % 32, level, following, address)

    def core(s: Machine) -> int:
        flag = s.irq_flag(index)
        if bool(s.block.irq_flags & flag) != bool(level):
            s.waits_irq = True
            return STALLED
        if level:
            s.block.set_irq(s, s.block.irq_flags & ~flag)
        return following

    return core


def _irq(m: Machine, arg: int, following: int, address: int | None) -> Core:
    clear, wait, index = bool(arg & 0x40), bool(arg & 0x20), arg & 31

    def core(s: Machine) -> int:
        flag, flags = s.irq_flag(index), s.block.irq_flags
        if clear:
            s.block.set_irq(s, flags & ~flag)
        elif not s.irq_raised:
            s.block.set_irq(s, flags | flag)
            s.irq_raised = wait
            if wait:
                s.cycle += 1
                return RETRY
        elif flags & flag:
            s.waits_irq = True
            return STALLED
        else:
            s.irq_raised = False
        return following

    return core


_HIDDEN_SOURCES = (1, 2, 3, 6, 7)  # x, y, null, isr, osr
_DECODERS = (_jmp, _wait, in_op, out_op, push_pull_op, mov_op, _irq, set_op)
