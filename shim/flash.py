"""The NOR flash under the file system: pages, sectors, time, power cuts, wear.

Every erase of a 4096-byte sector and every program of a 256-byte page is one *operation*. A power
cut can be set to any operation and leaves it undone, half done or done. The file system's region
is what MicroPython gives it on this board: 212 sectors from 0x12C000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

SECTOR_BYTES = 4096
PAGE_BYTES = 256
SECTOR_COUNT = 212
REGION_START = 0x12C000
REGION_BYTES = SECTOR_COUNT * SECTOR_BYTES

ERASE_NS = 45_000_000
"""Typical sector erase of the W25Q16JV, tSE."""

PROGRAM_NS = 700_000
"""Upper end of a page program of the W25Q16JV, tPP typical 0.4 ms, here 0.7 ms."""

FAILED = -5
"""LFS_ERR_IO."""


@dataclass
class Timing:
    """How long an operation masks interrupts, in ns; tests inject longer stalls."""

    erase_ns: int = ERASE_NS
    program_ns: int = PROGRAM_NS


@dataclass
class NorFlash:
    """Contents, counters and faults of the flash region.

    `cut_at_op`: the power fails at the operation with this number (they count from 0 in `ops`);
    `cut_fraction`: how much of it was done then. `on_stall` lets time pass with interrupts
    masked; `on_cut` tells the board that the power is gone (and may raise that).
    """

    data: bytearray = field(default_factory=lambda: bytearray(b"\xff" * REGION_BYTES))
    timing: Timing = field(default_factory=Timing)
    ops: int = 0
    cut_at_op: int | None = None
    cut_fraction: float = 0.0
    fail_programs: bool = False
    erases: list[int] = field(default_factory=lambda: [0] * SECTOR_COUNT)
    on_stall: Callable[[int], None] = lambda _ns: None
    on_cut: Callable[[], None] = lambda: None
    powered: bool = True

    def __post_init__(self) -> None:
        if len(self.data) != REGION_BYTES:
            raise ValueError(f"flash image has {len(self.data)} bytes, not {REGION_BYTES}")

    def read(self, sector: int, offset: int, size: int) -> bytes:
        """`size` bytes from an offset in a sector."""
        start = sector * SECTOR_BYTES + offset
        return bytes(self.data[start : start + size])

    def erase(self, sector: int) -> int:
        """Set a sector to ones; 0, or FAILED once the power is gone."""
        if not self.powered:
            return FAILED
        start = sector * SECTOR_BYTES
        if self._cut_now():
            torn = int(SECTOR_BYTES * self.cut_fraction)
            self.data[start : start + torn] = b"\xff" * torn
            return self._cut()
        half = SECTOR_BYTES // 2
        self.data[start : start + half] = b"\xff" * half
        self.on_stall(self.timing.erase_ns)
        if not self.powered:
            return FAILED
        self.data[start : start + SECTOR_BYTES] = b"\xff" * SECTOR_BYTES
        self.erases[sector] += 1
        self.ops += 1
        return 0

    def program(self, sector: int, offset: int, data: bytes) -> int:
        """Clear bits, page by page: programming can turn ones to zeros only."""
        start = sector * SECTOR_BYTES + offset
        for k in range(0, len(data), PAGE_BYTES):
            if not self.powered or self.fail_programs:
                return FAILED
            page = data[k : k + PAGE_BYTES]
            if self._cut_now():
                self._clear_bits(start + k, page[: int(len(page) * self.cut_fraction)])
                return self._cut()
            half = len(page) // 2
            self._clear_bits(start + k, page[:half])
            self.on_stall(self.timing.program_ns)
            if not self.powered:
                return FAILED
            self._clear_bits(start + k + half, page[half:])
            self.ops += 1
        return 0

    def _clear_bits(self, start: int, data: bytes) -> None:
        size = len(data)
        old = int.from_bytes(self.data[start : start + size], "little")
        new = old & int.from_bytes(data, "little")
        self.data[start : start + size] = new.to_bytes(size, "little")

    def _cut_now(self) -> bool:
        return self.cut_at_op is not None and self.ops >= self.cut_at_op

    def _cut(self) -> int:
        self.cut_at_op = None
        self.powered = False
        self.on_cut()
        return FAILED
