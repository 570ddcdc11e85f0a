"""MicroPython's modules as the device sees them; each is built anew for every boot."""
