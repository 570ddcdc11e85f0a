"""The `rp2` module of the mock machine: assembler, state machines, two PIO blocks."""

from shim.pio.block import PioBlock, PioCircularError, Pios
from shim.pio.rp2 import make_rp2_module

__all__ = ["PioBlock", "PioCircularError", "Pios", "make_rp2_module"]
