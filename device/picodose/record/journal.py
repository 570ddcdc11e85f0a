"""The journal: 32-byte entries with sequence numbers and CRC, in rings of block files (REC-2).

Entry n of a ring lives in block n // 128, at place n % 128 of file (block % files), so any
sequence number is found without an index. Entries collect in RAM and go out as one append of at
most 8 whole entries; an append costs a flash erase. A file is removed when its block is reused.

At boot the newest entry is found by looking, never by a stored counter. A block whose tail is torn
is left as it is and writing goes on in the next block: a sequence number is never used twice.

Entry, little endian: seq u32, boot u16, kind u8, priority u8, mono ms u48, wall s u32 (0xFFFFFFFF
unknown), a i32, b i32, c u16, CRC-32 of the first 28 bytes. What is unsigned in 32 bits (a digest)
stands in a or b with the same bits, so the upper half reads as negative.
"""

import binascii
import struct

from micropython import const

from picodose.codes import MemoryFault

ENTRY_BYTES = const(32)
NO_WALL_S = 0xFFFFFFFF
EVENT_FILES = const(48)  # 47 full files hold 6016 entries: 30 days of 200
FAULT_FILES = const(9)  # 8 full files hold 1024 entries
_PER_BLOCK = const(128)
_BATCH = const(8)
_HOLD_MS = const(60000)
_FORMAT = "<IHBBIHIiiH"
_BODY = const(28)


def pack_entry(
    seq: int,
    boot: int,
    kind: int,
    prio: int,
    mono_ms: int,
    wall_s: "int | None",
    a: int,
    b: int,
    c: int,
) -> bytes:
    """Encode one entry; a and b keep 32 bits, beyond that the nearest i32; c is cut to u16, the
    rest to its width.
    """
    body = struct.pack(
        _FORMAT,
        seq,
        boot & 0xFFFF,
        kind,
        prio,
        mono_ms & 0xFFFFFFFF,
        mono_ms >> 32 & 0xFFFF,
        NO_WALL_S if wall_s is None else wall_s,
        _i32(a),
        _i32(b),
        c & 0xFFFF,
    )
    return body + struct.pack("<I", binascii.crc32(body))


def unpack_entry(raw: bytes) -> "tuple | None":
    """Return (seq, boot, kind, prio, mono_ms, wall_s or None, a, b, c); None if altered."""
    if len(raw) != ENTRY_BYTES:
        return None
    if struct.unpack("<I", raw[_BODY:])[0] != binascii.crc32(raw[:_BODY]):
        return None
    seq, boot, kind, prio, low, high, wall_s, a, b, c = struct.unpack(_FORMAT, raw[:_BODY])
    known_s = None if wall_s == NO_WALL_S else wall_s
    return seq, boot, kind, prio, high << 32 | low, known_s, a, b, c


def _i32(value: int) -> int:
    if 0x7FFFFFFF < value <= 0xFFFFFFFF:
        return value - 0x100000000
    return max(-0x80000000, min(value, 0x7FFFFFFF))


class Ring:
    """One ring of block files on a store port.

    The store offers read_at(name, offset, length) -> bytes (shorter at the end, empty if there is
    no file), size(name) -> int, append(name, data) and remove(name).
    """

    def __init__(self, store, prefix: str, files: int) -> None:
        self._store = store
        self._prefix = prefix
        self._files = files
        self._pending = []
        self._since_ms = 0
        self.next_seq = 0  # of the next entry
        self.durable_seq = 0  # entries below are in flash

    def recover(self, known: int = 0) -> bool:
        """Find where to go on after a reset; reads one entry a file, then the newest block.

        known: entries that were in flash before. False when the last of them is lost: writing
        goes on in the next block after them, so that no sequence number is used twice.
        """
        newest = -1
        for i in range(self._files):
            entry = self._first_entry(i)
            if entry and entry[0] // _PER_BLOCK % self._files == i:
                newest = max(newest, entry[0] // _PER_BLOCK)
        self.next_seq = self._end_of_block(newest) if newest >= 0 else 0
        while self.next_seq % _PER_BLOCK == 0 and self._torn(self.next_seq // _PER_BLOCK):
            self.next_seq += _PER_BLOCK
        self.durable_seq = self.next_seq
        if known <= self.oldest_seq() or self._holds(known - 1):
            return True
        self.next_seq = max(self.next_seq, -(-known // _PER_BLOCK) * _PER_BLOCK)
        self.durable_seq = self.next_seq
        return False

    def add(self, entry: "tuple", urgent: bool, now_ms: int) -> int:
        """Collect (boot, kind, prio, mono_ms, wall_s, a, b, c); urgent goes to flash at once.

        Returns the entry's sequence number. OSError of the store passes through; the entry stays.
        """
        seq = self.next_seq
        if len(self._pending) >= 2 * _BATCH:
            raise MemoryFault(self._prefix)  # flash refuses: RAM does not pile them up
        if not self._pending:
            self._since_ms = now_ms
        self._pending.append(pack_entry(seq, *entry))
        self.next_seq += 1
        if urgent or len(self._pending) >= _BATCH:
            self.flush()
        return seq

    def due_ms(self) -> "int | None":
        """When the collected entries have waited long enough, or None if there are none."""
        return self._since_ms + _HOLD_MS if self._pending else None

    def flush(self) -> None:
        """Append what is collected, whole entries, at most 256 bytes and one block a time."""
        while self._pending:
            place = self.durable_seq % _PER_BLOCK
            name = self._name(self.durable_seq // _PER_BLOCK)
            count = min(len(self._pending), _BATCH, _PER_BLOCK - place)
            if place == 0:
                self._store.remove(name)
            elif self._store.size(name) != place * ENTRY_BYTES:
                raise MemoryFault(name)  # an append failed half-way: places no longer fit
            self._store.append(name, b"".join(self._pending[:count]))
            self.durable_seq += count
            self._pending = self._pending[count:]

    def oldest_seq(self) -> int:
        """Lowest sequence number that may still be readable; torn blocks leave gaps."""
        block = max(self.durable_seq - 1, 0) // _PER_BLOCK
        return max(block - self._files + 1, 0) * _PER_BLOCK

    def read(self, first_seq: int, count: int) -> list:
        """The next valid entries (as raw bytes) from first_seq on, at most `count`, past any gap.
        May run while others are appended; only entries in flash are given out."""
        found = []
        seq = max(first_seq, self.oldest_seq())
        while seq < self.durable_seq and len(found) < count:
            name = self._name(seq // _PER_BLOCK)
            raw = self._store.read_at(name, seq % _PER_BLOCK * ENTRY_BYTES, ENTRY_BYTES)
            entry = unpack_entry(raw)
            if entry and entry[0] == seq:
                found.append(raw)
            seq += 1 if len(raw) == ENTRY_BYTES else _PER_BLOCK - seq % _PER_BLOCK
        return found

    def _holds(self, seq: int) -> bool:
        name = self._name(seq // _PER_BLOCK)
        place = seq % _PER_BLOCK * ENTRY_BYTES
        entry = unpack_entry(self._store.read_at(name, place, ENTRY_BYTES))
        return entry is not None and entry[0] == seq

    def _name(self, block: int) -> str:
        return "%s%02d" % (self._prefix, block % self._files)

    def _first_entry(self, block: int) -> "tuple | None":
        return unpack_entry(self._store.read_at(self._name(block), 0, ENTRY_BYTES))

    def _end_of_block(self, block: int) -> int:
        """Sequence number after the last entry of a block; the next block's first if torn."""
        size = self._store.size(self._name(block))
        last = size // ENTRY_BYTES
        raw = self._store.read_at(self._name(block), (last - 1) * ENTRY_BYTES, ENTRY_BYTES)
        if size % ENTRY_BYTES or unpack_entry(raw) is None:
            return (block + 1) * _PER_BLOCK
        return block * _PER_BLOCK + last

    def _torn(self, block: int) -> bool:
        """A cut in a block's first append left a file without a readable first entry."""
        return self._store.size(self._name(block)) > 0 and self._first_entry(block) is None
