"""Two slots hold one item: a power cut at any flash operation leaves the old or the new one.

A slot is: mark (2 bytes), payload length (2), sequence number (4), payload, CRC-32 of all before.
Writing always replaces the older slot, so the newer stays whole. Sequence numbers are compared
modulo 2**32: the newer of two neighbours is known even where the count wraps.
"""

import binascii
import struct

from micropython import const

from picodose.codes import MemoryFault

_HEAD = "<2sHI"
_HEAD_BYTES = const(8)
_MARK = b"pd"
_SEQ_MASK = 0xFFFFFFFF


def pack(seq: int, payload: bytes) -> bytes:
    """Encode one slot; seq is taken modulo 2**32, payload at most 65535 bytes."""
    body = struct.pack(_HEAD, _MARK, len(payload), seq & _SEQ_MASK) + payload
    return body + struct.pack("<I", binascii.crc32(body))


def unpack(raw: "bytes | None") -> "tuple | None":
    """Return (seq, payload) of a slot, or None if it is missing, torn or altered."""
    if raw is None or len(raw) < _HEAD_BYTES + 4:
        return None
    mark, length, seq = struct.unpack(_HEAD, raw[:_HEAD_BYTES])
    body = raw[:-4]
    if mark != _MARK or len(body) != _HEAD_BYTES + length:
        return None
    if struct.unpack("<I", raw[-4:])[0] != binascii.crc32(body):
        return None
    return seq, body[_HEAD_BYTES:]


def choose(a: "bytes | None", b: "bytes | None") -> tuple:
    """Return (seq, payload, which) of the newest valid slot, which 0 for a and 1 for b.

    One invalid slot is what a cut leaves behind; two raise MemoryFault.
    """
    first, second, which = unpack(a), unpack(b), 0
    if second is not None and (first is None or not _newer(first[0], second[0])):
        first, which = second, 1
    if first is None:
        raise MemoryFault("no valid slot")
    return first[0], first[1], which


def _newer(seq: int, than: int) -> bool:
    return 0 < (seq - than) & _SEQ_MASK < 0x80000000


class SlotPair:
    """One stored item in two files, name + ".a" and ".b", on a store port.

    The store offers read(name) -> bytes or None, and write(name, data).
    """

    def __init__(self, store, name: str) -> None:
        self._store = store
        self._names = (name + ".a", name + ".b")
        self._seq = 0
        self._which = 1  # the slot that holds the newest item

    def exists(self) -> bool:
        """Tell whether either slot holds anything, valid or not. An empty file is a first write
        that was cut.
        """
        return bool(self._read(0) or self._read(1))

    def load(self) -> bytes:
        """Return the newest payload; raise MemoryFault when no slot is valid."""
        self._seq, payload, self._which = choose(self._read(0), self._read(1))
        return payload

    def older(self) -> "bytes | None":
        """The payload before the newest, if its slot is valid; after load()."""
        slot = unpack(self._read(1 - self._which))
        return slot[1] if slot else None

    def save(self, payload: bytes) -> None:
        """Replace the older slot and read it back; raise MemoryFault if it differs."""
        which = 1 - self._which
        slot = pack(self._seq + 1, payload)
        self._store.write(self._names[which], slot)
        if self._read(which) != slot:
            raise MemoryFault(self._names[which])
        self._seq = (self._seq + 1) & _SEQ_MASK
        self._which = which

    def remove(self) -> None:
        """Delete both."""
        for name in self._names:
            self._store.remove(name)

    def _read(self, which: int) -> "bytes | None":
        return self._store.read(self._names[which])
