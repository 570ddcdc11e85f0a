"""What an instruction's core returns instead of a program counter; words of bits."""

from functools import cache

STALLED, RETRY, KEEP = -1, -2, -3
MASK = 0xFFFFFFFF


@cache
def bits_of(word: int) -> tuple[int, ...]:
    """The numbers of the bits that are set, highest first."""
    return tuple(n for n in range(31, -1, -1) if word >> n & 1)
