"""Two Li-ion 18650 cells in series (8.4 V) behind 200 over 100 kOhm of 0.1 % (BAT-1).

Shape of a typical NMC cell of 2.6 Ah, rounded, less the sag at 20 mA (idle) and 85 mA (motor on).
The middle of the curve is flat: with resistors of 1 % the time left would be off by more than a
quarter. Import it in a profile after the pump, in place of the alkaline cells.
"""

from micropython import const

BATTERY_VREF_MV = const(3300)
BATTERY_DIVIDER = (3, 1)
BATTERY_PLAUSIBLE_MV = (5000, 8800)
BATTERY_NOISE_MV = const(200)
BATTERY_FULL_MV = const(8200)
BATTERY_IDLE_MV = (7196, 6899, 6475)
BATTERY_LOAD_MV = (7183, 6885, 6460)
BATTERY_IDLE_CURVE = (
    (8358, 10000), (8197, 9500), (8097, 9000), (7917, 8000), (7757, 7000), (7597, 6000),
    (7436, 5000), (7296, 4000), (7196, 3000), (7076, 2000), (6855, 1000), (6595, 500),
    (5995, 0),
)  # fmt: skip
BATTERY_LOAD_CURVE = (
    (8350, 10000), (8189, 9500), (8089, 9000), (7908, 8000), (7747, 7000), (7586, 6000),
    (7425, 5000), (7284, 4000), (7183, 3000), (7062, 2000), (6841, 1000), (6580, 500),
    (5980, 0),
)  # fmt: skip
BATTERY_LIFE_H = (130, 30)
