"""First code after every reset: driver off, its pins and the beeper low, nothing that can fail
or block.

Until this line has run the board's pull resistors hold the same levels (README, wiring).
"""

from machine import Pin
from micropython import alloc_emergency_exception_buf

Pin(6, Pin.OUT, value=1)  # ENABLE is active low: driver off
Pin(2, Pin.OUT, value=0)  # STEP; coil A; the DC pump's switch
Pin(3, Pin.OUT, value=0)  # DIR; coil B
Pin(4, Pin.OUT, value=0)  # coil C
Pin(5, Pin.OUT, value=0)  # coil D
Pin(15, Pin.OUT, value=0)  # beeper
alloc_emergency_exception_buf(100)
