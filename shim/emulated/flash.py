"""Flash that takes time and that a power cut tears.

In the emulator erasing and programming take no time, which hides the real thing: for 45 ms
no interrupt is served.  Here the chip reports busy for typical W25Q16JV times (assumed from
the data sheet, not measured) and a cut leaves the operation half done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shim.emulated.image import FS_BYTES, FS_START

if TYPE_CHECKING:
    from shim.emulated.chip import Chip

ERASE_NS = 45_000_000
PROGRAM_NS = 700_000
_PROGRAM, _ERASE, _STATUS = 0x02, 0x20, 0x05
_BUSY = 1
_SECTOR_BYTES = 4096


@dataclass(frozen=True)
class FlashOp:
    """One erase or program as the flash saw it; `data` is empty for an erase."""

    t_ns: int
    address: int
    data: bytes
    before: bytes  # what the touched bytes were, for tearing

    @property
    def erases(self) -> bool:
        """True for a sector erase."""
        return not self.data


class Flash:
    """Busy times, torn operations and counts of one chip's flash."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._ssi: Any = chip.mcu.ssi
        self._apply = self._ssi._apply_command
        self._shift = self._ssi._shift_byte
        self._ssi._apply_command = self._apply_with_time
        self._ssi._shift_byte = self._shift_with_busy
        self.erase_ns = ERASE_NS  # a test may stretch it: 5, 45, 122, 400 ms
        self.ops: list[FlashOp] = []
        self.power_lost = False
        self._cut: tuple[int, float] | None = None
        self._busy_until_ns = 0

    @property
    def erases(self) -> int:
        """Sector erases since power-on."""
        return sum(op.erases for op in self.ops)

    def region(self) -> bytes:
        """The file system's region of the flash, 848 KiB."""
        return bytes(self._chip.mcu.flash[FS_START : FS_START + FS_BYTES])

    def cut_at(self, op: int, fraction: float) -> None:
        """Lose power in the `op`-th flash operation from now (1 is the next), part of it done."""
        self._cut = (len(self.ops) + op, fraction)

    def after_power_cut(self) -> bytes:
        """File system region if the power goes now: an operation under way is torn."""
        left_ns = self._busy_until_ns - self._chip.now_ns
        if left_ns > 0 and not self.power_lost:
            last = self.ops[-1]
            self._tear(last, 1 - left_ns / self._duration_ns(last))
        return self.region()

    def _apply_with_time(self) -> None:
        op = self._operation(bytes(self._ssi._tx_buffer))
        self._apply()
        if op is None:
            return
        self.ops.append(op)
        self._busy_until_ns = self._chip.now_ns + self._duration_ns(op)
        if self._cut is not None and len(self.ops) == self._cut[0]:
            self._tear(op, self._cut[1])
            self.power_lost = True
            self._chip.stop()

    def _operation(self, shifted: bytes) -> FlashOp | None:
        if (
            len(shifted) < 4
            or shifted[0] not in (_PROGRAM, _ERASE)
            or not self._ssi._write_enabled
        ):
            return None
        address = int.from_bytes(shifted[1:4], "big")
        data = shifted[4:] if shifted[0] == _PROGRAM else b""
        if not data:
            address -= address % _SECTOR_BYTES
        size = len(data) or _SECTOR_BYTES
        before = bytes(self._chip.mcu.flash[address : address + size])
        return FlashOp(self._chip.now_ns, address, data, before)

    def _duration_ns(self, op: FlashOp) -> int:
        return self.erase_ns if op.erases else PROGRAM_NS

    def _tear(self, op: FlashOp, fraction: float) -> None:
        """Undo the part of an operation that had not happened yet."""
        done = int(len(op.before) * fraction)
        start = op.address + done
        self._chip.mcu.flash[start : op.address + len(op.before)] = op.before[done:]

    def _shift_with_busy(self, byte: int) -> int:
        answer = int(self._shift(byte))
        polled = len(self._ssi._tx_buffer) > 1 and self._ssi._tx_buffer[0] == _STATUS
        if polled and self._chip.now_ns < self._busy_until_ns:
            self._chip.skip_to_ns(self._busy_until_ns)  # nothing but this poll would execute
            answer |= _BUSY if self._chip.now_ns < self._busy_until_ns else 0
        return answer
