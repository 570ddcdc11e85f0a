"""28BYJ-48 geared stepper behind a ULN2003: 10 nL a half-step, 4096 half-steps a turn.

At rest the coils have no current; gear and rollers hold the rotor. Which coil it stands at is not
known after a reset: falling in with the first half-steps costs up to five of them or gives two.
"""

from micropython import const

from profiles.therapy_step import *

NAME = "uln2003"
DRIVER = "uln2003"
PIN_STEP = const(2)  # IN1; IN2, IN3, IN4 on the next three
PIN_DIR = None
PIN_ENABLE = const(6)  # enable of the high-side switch in the motor's supply, active low
PINS_PULSE = (2, 3, 4, 5)
PULLS = ((2, 0), (3, 0), (4, 0), (5, 0), (6, 1), (15, 0))

WAKE_MS = const(5)
PULSE_MIN_US = const(2000)
DIR_SETUP_US = const(0)
STEPS_PER_S_MAX = const(200)

# Calibration defaults: nominal 40.96 uL per turn.
NL_NUM = const(10)
STEPS_DEN = const(1)
STEP_MAX_NL = const(12)

GUARD_REFILL_STEPS = const(29)
GUARD_CAPACITY_STEPS = const(50_000)
GUARD_RUN_STEPS = const(110_000)

PRIME_RATE_NL_H = const(6_000_000)
