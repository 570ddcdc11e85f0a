"""First code after every reset: motor driver off, STEP and beeper low, nothing that can fail or
block.

Until this line has run the board's pull resistors hold the same levels (README, wiring).
"""

from machine import Pin
from micropython import alloc_emergency_exception_buf

Pin(6, Pin.OUT, value=1)  # ENABLE is active low: driver off
Pin(2, Pin.OUT, value=0)  # STEP
Pin(15, Pin.OUT, value=0)  # beeper
alloc_emergency_exception_buf(100)
