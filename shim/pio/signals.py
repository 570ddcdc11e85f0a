"""What an instruction's core returns instead of a program counter."""

STALLED, RETRY, KEEP = -1, -2, -3
MASK = 0xFFFFFFFF
