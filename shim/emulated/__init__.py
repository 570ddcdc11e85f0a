"""The official MicroPython firmware on an emulated RP2040, with the same plant around it."""
