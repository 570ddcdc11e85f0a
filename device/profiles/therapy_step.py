"""Step/dir stepper pump at therapy rates: the default bench. 12.5 nL a step, at most 1 mL/h."""

from micropython import const

from profiles.battery_alkaline import *

NAME = "therapy-step"
BENCH_MODE = 1

# Pins (GPIO numbers) and the board's resistors: (gpio, level the resistor holds). A profile
# without them is refused.
DRIVER = "stepdir"
PIN_STEP = const(2)  # STEP
PIN_DIR = const(3)  # DIR
PIN_ENABLE = const(6)  # ENABLE, active low
PIN_SERVICE = const(11)
PIN_PATIENT = const(10)
PIN_BEEPER = const(15)
PIN_BEEPER_SENSE = None  # GPIO of a microphone's comparator beside the piezo
PIN_VBAT = const(26)
PINS_PULSE = (2,)
PULLS = ((2, 0), (3, 0), (6, 1), (15, 0))
ENABLE_ON = const(0)
DIR_FORWARD = const(1)

# Optional sensors (DEL-5), GPIO numbers; None: not fitted, no such alarm. They are looked at every
# FLOW_MS while the pump runs.
PIN_INDEX = None
PIN_PRESSURE = None
FLOW_MS = const(10_000)

# Driver facts (DEL-7): A4988-like, 1/16 microsteps.
WAKE_MS = const(2)
PULSE_MIN_US = const(2)
ON_US = const(0)  # on-time of a step, where the profile decides it: a DC pump
DIR_SETUP_US = const(1)
HOLD = "off"  # at rest; SLEEP is tied high, so the disabled driver keeps its microstep
STEPS_PER_S_MAX = const(20_000)

# Calibration (DEL-4): nominal 40 uL per turn of 3200 microsteps; how far a weighing may lie from
# the fit, and the fit from nominal; a step of the largest fit, rounded up.
NL_NUM = const(25)
STEPS_DEN = const(2)
CALIBRATION_POINT_PPM = const(30_000)
CALIBRATION_NOMINAL_PPM = const(150_000)
STEP_MAX_NL = const(15)

# Rates (THER-2), nL/h; boluses, nL.
RATE_MIN_NL_H = const(250)
RATE_MAX_NL_H = const(1_000_000)
FIXED_RATE_NL_H = const(0)  # above 0: the build's only rate, not programmable (THER-6)
BOLUS_RATE_MAX_NL_H = const(1_000_000)
BOLUS_MAX_NL = const(500_000)

# Rolling caps (LIM-2): (window_ms, bucket_ms, cap_nl), shortest first; the longest ring is stored.
CAPS = ((3_600_000, 60_000, 1_500_000), (86_400_000, 1_800_000, 25_000_000))

# Guard (LIM-6): its own constants, in steps.
GUARD_REFILL_MS = const(1000)
GUARD_REFILL_STEPS = const(23)
GUARD_CAPACITY_STEPS = const(40_000)
GUARD_RUN_STEPS = const(88_000)  # a prime or calibration run, 1.1 mL

# Prime and calibration runs (THER-4, DEL-4): volume of pump tubing and catheter, most that a run
# gives, least that is worth weighing.
PATH_NL = const(400_000)
PRIME_RATE_NL_H = const(600_000_000)
CALIBRATION_MAX_NL = const(1_000_000)
CALIBRATION_MIN_NL = const(20_000)

# Reservoir (RES-1), nL.
RESERVOIR_NL = const(20_000_000)
RESERVOIR_LOW_NL = const(2_000_000)
RESERVOIR_EMPTY_NL = const(1_000_000)
REFILL_DAYS = const(180)  # a fill is not used for longer

CALIBRATION_DAYS = const(365)  # a gravimetric calibration is trusted for

TEMPERATURE_DC = (20, 550)  # alarm outside, in tenths of a degree C

RESUME_AFTER_POWER_LOSS = const(1)
