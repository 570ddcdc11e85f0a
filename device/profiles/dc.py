"""Small DC peristaltic pump behind a MOSFET: a step is one on-time of 30 ms, nominally 242 nL."""

from micropython import const

from profiles.therapy_step import *

NAME = "dc"
DRIVER = "dc"
PIN_STEP = const(2)  # gate of the low-side MOSFET
PIN_DIR = None
PIN_ENABLE = const(6)  # enable of the high-side switch in the motor's supply, active low
PULLS = ((2, 0), (6, 1), (15, 0))

WAKE_MS = const(5)
PULSE_MIN_US = const(20_000)
ON_US = const(30_000)
DIR_SETUP_US = const(0)
STEPS_PER_S_MAX = const(10)

# Calibration defaults: nominal 10 uL/s at full speed, run-up and run-out included.
NL_NUM = const(242)
STEPS_DEN = const(1)
STEP_MAX_NL = const(279)

GUARD_REFILL_MS = const(10_000)
GUARD_REFILL_STEPS = const(12)
GUARD_CAPACITY_STEPS = const(2066)
GUARD_RUN_STEPS = const(4546)

PRIME_RATE_NL_H = const(7_200_000)
