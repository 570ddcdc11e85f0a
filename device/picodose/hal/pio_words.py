"""Instructions that the CPU executes on a state machine, as the words they assemble to.

rp2.asm_pio_encode() compiles its text anew at each call, some milliseconds of every boot. A test
compares each word with what its text, given here, assembles to (RP2040 data sheet 3.4).
"""

from micropython import const

READ_X = const(0xA0C1)  # mov(isr, x)
READ_Y = const(0xA0C2)  # mov(isr, y)
READ_OSR = const(0xA0C7)  # mov(isr, osr)
PUSH = const(0x8000)  # push(noblock)
PULL = const(0x8080)  # pull(noblock)
CLEAR_X = const(0xE020)  # set(x, 0)
FILL_X = const(0xA02B)  # mov(x, invert(null))
TURN_IN = const(0x4024)  # in_(x, 4)
LOW16 = const(0x4030)  # in_(x, 16)
SIDE_LOW = const(0xA042)  # nop().side(0)
PINS_LOW = const(0xA003)  # mov(pins, null)
