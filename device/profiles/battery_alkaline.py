"""Four alkaline AA cells behind two equal resistors (BAT-1); mV at the battery.

Curves are the published shape of 100 mA discharges less the sag at 25 mA (idle) and 100 mA (motor
holding or moving): (mV, 1/10000 left). What each number means: safety/battery.py.
"""

from micropython import const

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
