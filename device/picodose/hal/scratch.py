"""Watchdog scratch registers: what a reset keeps and a power cut loses (design 3).

Word 0 marks (why we reset), 1 reservation sequence, 2 steps commanded since it, 3 = (2^30-1) xor 2
xor 1.
"""

from machine import mem32
from micropython import const

_BASE = const(0x4005800C)
_REASON = const(0x40058008)
_TIMER_HIGH = const(0x40054024)
_TIMER_LOW = const(0x40054028)
_BOOT_US = const(2_000_000)
_ALL = const((1 << 30) - 1)

MARK_NONE = const(0)
MARK_WATCHDOG_PROOF = const(0x5A01)
MARK_WATCHDOG_PROVED = const(0x5A02)
MARK_MAINTENANCE = const(0x5A04)


class Scratch:
    """Registers of the RP2040 watchdog block; all values stay below 2^30."""

    def __init__(self):
        self._mem = mem32
        self._mark_at = _BASE  # addresses past 2^30 are bound here, never computed in an interrupt
        self._seq_at = _BASE + 4
        self._commanded_at = _BASE + 8
        self._check_at = _BASE + 12
        self._seq = 0

    def commanded_isr(self, steps: int) -> None:
        """Write steps commanded since the reservation, before the burst is handed over."""
        self._mem[self._check_at] = _ALL ^ steps ^ self._seq
        self._mem[self._commanded_at] = steps

    def new_reservation(self, sequence: int, steps: int) -> None:
        """Name the reservation that `steps` counts from. Interrupts must be masked."""
        self._seq = sequence & _ALL
        self._mem[self._seq_at] = self._seq
        self.commanded_isr(steps)

    def recover(self) -> "tuple | None":
        """(reservation sequence, steps commanded since it), or None when the words do not belong
        together.
        """
        sequence, steps = self._mem[self._seq_at], self._mem[self._commanded_at]
        if self._mem[self._check_at] != _ALL ^ steps ^ sequence:
            return None
        return sequence, steps

    def mark(self, value: "int | None" = None) -> int:
        """Read the mark; with a value, write it first."""
        if value is not None:
            self._mem[self._mark_at] = value
        return self._mem[self._mark_at]

    def reset_reason(self) -> str:
        """ "power", "watchdog" (timeout) or "forced" (machine.reset), from the chip's REASON
        register; "soft" when the chip's timer has run for longer than any boot takes.
        """
        if mem32[_TIMER_HIGH] or not 0 <= mem32[_TIMER_LOW] <= _BOOT_US:  # a word reads signed
            return "soft"
        reason = mem32[_REASON]
        if reason & 1:
            return "watchdog"
        return "forced" if reason & 2 else "power"
