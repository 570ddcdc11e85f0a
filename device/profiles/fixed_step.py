"""The therapy pump as a fixed-rate build: 20 uL/h, half a mL a day, and nothing to program."""

from micropython import const

from profiles.therapy_step import *

NAME = "fixed-step"
FIXED_RATE_NL_H = const(20_000)
