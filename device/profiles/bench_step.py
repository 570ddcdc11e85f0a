"""The same step/dir pump at bench rates: up to 60 mL/h of water out of a large bottle."""

from micropython import const

from profiles.therapy_step import *

NAME = "bench-step"
RATE_MAX_NL_H = const(60_000_000)
BOLUS_RATE_MAX_NL_H = const(60_000_000)
BOLUS_MAX_NL = const(5_000_000)
CAPS = ((3_600_000, 60_000, 70_000_000), (86_400_000, 1_800_000, 500_000_000))
GUARD_REFILL_STEPS = const(1360)
GUARD_CAPACITY_STEPS = const(700_000)
RESERVOIR_NL = const(500_000_000)
