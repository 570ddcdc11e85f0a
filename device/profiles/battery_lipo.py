"""One LiPo pouch cell (4.2 V) behind two equal resistors of 0.1 %, motor by a booster (BAT-1).

Shape of a typical 2 Ah pouch, rounded, less the sag at 40 mA (idle) and 170 mA (motor on), as
drawn from the cell. Its curve is the flattest of the three, so the resistors matter most. Import
it in a profile after the pump, in place of the alkaline cells.
"""

from micropython import const

BATTERY_VREF_MV = const(3300)
BATTERY_DIVIDER = (2, 1)
BATTERY_PLAUSIBLE_MV = (2500, 4500)
BATTERY_NOISE_MV = const(200)
BATTERY_FULL_MV = const(4100)
BATTERY_IDLE_MV = (3715, 3601, 3410)
BATTERY_LOAD_MV = (3697, 3581, 3389)
BATTERY_IDLE_CURVE = (
    (4187, 10000), (4107, 9500), (4056, 9000), (3966, 8000), (3896, 7000), (3836, 6000),
    (3785, 5000), (3750, 4000), (3715, 3000), (3669, 2000), (3584, 1000), (3464, 500),
    (3194, 0),
)  # fmt: skip
BATTERY_LOAD_CURVE = (
    (4176, 10000), (4096, 9500), (4045, 9000), (3954, 8000), (3882, 7000), (3821, 6000),
    (3770, 5000), (3733, 4000), (3697, 3000), (3651, 2000), (3564, 1000), (3443, 500),
    (3173, 0),
)  # fmt: skip
BATTERY_LIFE_H = (50, 12)
