"""A word that the CPU puts into a state machine (exec): it acts at once, between two cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shim.pio.ops import Op, decode, is_hidden
from shim.pio.signals import KEEP, RETRY, STALLED

if TYPE_CHECKING:
    from shim.pio.machine import Machine


def force(m: Machine, word: int) -> None:
    """Execute a word at once, enabled or not; one that stalls is kept and tried again."""
    op = m.forced_ops.get(word) or _decode(m, word)
    if m.last_head is not None:
        m.forget_loop()
    if m.stall_watch is None:
        m.wake()  # a wait for a pin goes on; any other stall may have ended
    pc, m.latched, m.forced_ns = m.pc, None, m.block.clock.now_ns
    mask, bits, core, cost, _ = op
    try:
        if mask:
            m.write_levels(mask, bits)
        following = core(m)
    finally:
        m.forced_ns = None
    if following == STALLED or following == RETRY:
        m.stalled = m.stalled and following == RETRY
        m.latched = m.latched or op
    else:
        m.cycle += cost - 1
        if following != KEEP:
            m.pc = following
    if m.pc != pc or m.latched is not None:
        m.wake()
    if not m.stalled:
        m.block.quiet.until_ns = 0


def _decode(m: Machine, word: int) -> Op:
    op = m.forced_ops[word] = decode(m, word, None)
    if is_hidden(m.config, word):
        m.hidden[word] = op.core
    return op
