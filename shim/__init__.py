"""The virtual bench: MicroPython's hardware modules on CPython, driven by one virtual clock."""
