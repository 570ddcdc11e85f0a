"""Step/dir stepper pump at therapy rates: the default bench. 12.5 nL a step, at most 1 mL/h."""

from micropython import const

NAME = "therapy-step"
BENCH_MODE = 1

# Pins (GPIO numbers) and the board's resistors: (gpio, level the resistor holds). A profile
# without them is refused.
PIN_STEP = const(2)
PIN_DIR = const(3)
PIN_ENABLE = const(6)
PIN_SERVICE = const(11)
PIN_PATIENT = const(10)
PIN_BEEPER = const(15)
PIN_VBAT = const(26)
PULLS = ((2, 0), (3, 0), (6, 1), (15, 0))
ENABLE_ON = const(0)
DIR_FORWARD = const(1)

# Driver facts (DEL-7): A4988-like, 1/16 microsteps.
WAKE_MS = const(2)
PULSE_MIN_US = const(2)
DIR_SETUP_US = const(1)
HOLD = "off"  # at rest; SLEEP is tied high, so the disabled driver keeps its microstep
STEPS_PER_S_MAX = const(20_000)

# Calibration defaults: nominal 40 uL per turn of 3200 microsteps.
NL_NUM = const(25)
STEPS_DEN = const(2)
CALIBRATED = const(0)  # nominal until a gravimetric calibration is stored

# Rates (THER-2), nL/h; boluses, nL.
RATE_MIN_NL_H = const(250)
RATE_MAX_NL_H = const(1_000_000)
BOLUS_RATE_MAX_NL_H = const(1_000_000)
BOLUS_MAX_NL = const(500_000)

# Rolling caps (LIM-2): (window_ms, bucket_ms, cap_nl), shortest first; the longest ring is stored.
CAPS = ((3_600_000, 60_000, 1_500_000), (86_400_000, 1_800_000, 25_000_000))

# Guard (LIM-6): its own constants, in steps.
GUARD_REFILL_MS = const(1000)
GUARD_REFILL_STEPS = const(23)
GUARD_CAPACITY_STEPS = const(40_000)

# Reservoir (RES-1), nL.
RESERVOIR_NL = const(20_000_000)
RESERVOIR_LOW_NL = const(2_000_000)
RESERVOIR_EMPTY_NL = const(1_000_000)

# Battery (BAT-1): four alkaline AA cells behind two equal resistors; mV at the battery. Curves are
# the published shape of 100 mA discharges less the sag at 25 mA (idle) and 100 mA (motor holding
# or moving): (mV, 1/10000 left).
BATTERY_VREF_MV = const(3300)
BATTERY_DIVIDER = (2, 1)
BATTERY_PLAUSIBLE_MV = (2500, 6550)
BATTERY_NOISE_MV = const(200)
BATTERY_FULL_MV = const(6000)
BATTERY_IDLE_MV = (4750, 4390, 3990)
BATTERY_LOAD_MV = (4610, 4230, 3815)
BATTERY_IDLE_CURVE = (
    (6385, 10000), (5820, 9000), (5536, 8000), (5332, 7000), (5168, 6000), (5035, 5000),
    (4898, 4000), (4753, 3000), (4589, 2000), (4345, 1000), (4102, 500), (3540, 0),
)  # fmt: skip
BATTERY_LOAD_CURVE = (
    (6340, 10000), (5762, 9000), (5464, 8000), (5246, 7000), (5068, 6000), (4922, 5000),
    (4772, 4000), (4614, 3000), (4436, 2000), (4178, 1000), (3929, 500), (3360, 0),
)  # fmt: skip
BATTERY_LIFE_H = (88, 22)

RESUME_AFTER_POWER_LOSS = const(1)
