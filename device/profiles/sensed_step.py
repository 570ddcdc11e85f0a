"""The bench pump with both sensors: a disk of four slots on the rotor and a pressure sensor behind
the pump head. An anti-siphon valve (7 kPa) at the catheter's tip keeps the line under pressure, or
a leak would not show at low rates.
"""

from micropython import const

from profiles.bench_step import *

NAME = "sensed-step"
FLOW_MS = const(250)

PIN_INDEX = const(7)
STEPS_PER_INDEX = const(800)

# Pressure sensor on ADC1: 10 to 90 % of 3.3 V over 0 to 100 kPa, error 1.5 kPa. In flow the line
# holds 7 to 17 kPa. Volumes are those of this line (100 nL/kPa), measured against a closed end.
PIN_PRESSURE = const(27)
PRESSURE_ZERO_UV = const(330_000)
PRESSURE_UV_PER_KPA = const(26_400)
OCCLUSION_PA = const(40_000)
RELEASE_PA = const(12_000)
LEAK_PA = const(3_000)
LEAK_NL = const(2_500)
OCCLUSION_NL = const(5_000)  # pumped against a closed end before OCCLUSION_PA
