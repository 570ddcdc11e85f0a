"""What the chip itself gives: random bytes and its serial number."""

import os
from binascii import hexlify

from machine import unique_id
from micropython import const

_BYTES = const(16)


def noise() -> bytes:
    """16 bytes of the ring oscillator; constant in an emulator, so never trust them alone."""
    return os.urandom(_BYTES)


def serial() -> str:
    """The flash chip's number, 16 hex digits; the USB serial number is the same."""
    return hexlify(unique_id()).decode()
