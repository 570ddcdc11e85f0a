"""`python -m tools.firmware_names`: writes host_tools/build/firmware_names.txt from the firmware.

The firmware keeps every name that it knows in pools in its flash: a name of ours that is among
them costs a board no RAM. The pools are chained; the first, whose names a compiled file calls by
number, has no predecessor (MicroPython 1.27, py/qstr.h).
"""

from __future__ import annotations

import keyword
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from shim.emulated import firmware

LIST = Path(__file__).resolve().parents[1] / "host_tools/build/firmware_names.txt"
_START = 0x1000_0000  # of flash in the address space
_BLOCK, _HEAD = 512, 32  # of a UF2 file
_POOL = struct.Struct("<6I")  # predecessor, names before, room, names, hashes, lengths; names
_ROOM = 10  # every pool in flash says this
_NAMES = range(50, 5000)
_LONGEST = 6  # letters; a longer name costs the file more than it saves the heap
# A word of the language or of a protocol between firmware and objects.
_MEANT = {"self", "super", "const", "args", "value", "errno", "send", "throw", "close"}
_MEANT |= {"read", "readinto", "write", "ioctl"}


def flash(uf2: bytes) -> bytes:
    """The flash contents that a UF2 image describes, from the start of flash on."""
    found = bytearray()
    for at in range(0, len(uf2), _BLOCK):
        _, _, _, address, size = struct.unpack_from("<5I", uf2, at)
        if 0 <= address - _START < 1 << 24:
            found[address - _START :] = uf2[at + _HEAD : at + _HEAD + size]
    return bytes(found)


def pools(image: bytes) -> list[list[str]]:
    """The firmware's pools of names, the first first."""
    found: list[list[str]] = []
    before = 0
    while (at := _pool_after(image, before)) is not None:
        found.append(list(_names(image, at)))
        before = _START + at
    return found


def usable(named: list[list[str]]) -> list[str]:
    """What may stand for a name of ours, the cheapest in a compiled file first."""
    numbered, rest = named[0], [name for pool in named[1:] for name in pool]
    short = sorted((n for n in rest if len(n) <= _LONGEST), key=lambda n: (len(n), n))
    return [name for name in (*sorted(numbered), *short) if _is_free(name)]


def _is_free(name: str) -> bool:
    plain = re.fullmatch(r"[A-Za-z]\w*", name) and len(name) > 1
    return bool(plain) and not keyword.iskeyword(name) and name not in _MEANT


def _pool_after(image: bytes, before: int) -> int | None:
    """Offset of the pool whose predecessor is at this address; 0: the first."""
    for at in range(0, len(image) - _POOL.size, 4):
        if struct.unpack_from("<I", image, at)[0] != before:
            continue
        _, earlier, room, count, hashes, lengths = _POOL.unpack_from(image, at)
        points = all(_START < p < _START + len(image) for p in (hashes, lengths))
        if (
            room == _ROOM
            and count in _NAMES
            and points
            and bool(earlier & 0x7FFF_FFFF) == bool(before)
        ):
            return at
    return None


def _names(image: bytes, at: int) -> Iterator[str]:
    _, _, _, count, _, lengths = _POOL.unpack_from(image, at)
    for i, address in enumerate(struct.unpack_from(f"<{count}I", image, at + _POOL.size)):
        start = address - _START
        yield image[start : start + image[lengths - _START + i]].decode()


def main() -> None:
    """Write the list."""
    names = usable(pools(flash(firmware.path().read_bytes())))
    LIST.write_text("\n".join(names) + "\n")
    print(f"{len(names)} names in {LIST.name}")


if __name__ == "__main__":
    main()
