"""Three batteries for the bench: what stands in each data sheet's curve, and what they feed.

Rest voltages against the used part of the capacity are rounded shapes of published discharges;
currents are those at the battery's terminals, so a single cell behind a booster gives more.
"""

from __future__ import annotations

from shim.plant.facts import BatteryFacts

ALKALINE = BatteryFacts()
"""Four AA cells."""

LI_ION = BatteryFacts(
    cells=2,
    capacity_mah=2_600.0,
    cell_mv=(
        (0.00, 4180.0), (0.05, 4100.0), (0.10, 4050.0), (0.20, 3960.0), (0.30, 3880.0),
        (0.40, 3800.0), (0.50, 3720.0), (0.60, 3650.0), (0.70, 3600.0), (0.80, 3540.0),
        (0.90, 3430.0), (0.95, 3300.0), (1.00, 3000.0), (1.03, 2500.0), (1.06, 0.0),
    ),
    fresh_mohm=60.0,
    flat_mohm=120.0,
    idle_ma=20.0,
    motor_ma=65.0,
    divider_den=3,
)  # fmt: skip
"""Two 18650 cells in series."""

LIPO = BatteryFacts(
    cells=1,
    capacity_mah=2_000.0,
    cell_mv=(
        (0.00, 4190.0), (0.05, 4110.0), (0.10, 4060.0), (0.20, 3970.0), (0.30, 3900.0),
        (0.40, 3840.0), (0.50, 3790.0), (0.60, 3755.0), (0.70, 3720.0), (0.80, 3675.0),
        (0.90, 3590.0), (0.95, 3470.0), (1.00, 3200.0), (1.03, 2700.0), (1.06, 0.0),
    ),
    fresh_mohm=80.0,
    flat_mohm=160.0,
    idle_ma=40.0,
    motor_ma=130.0,
)  # fmt: skip
"""One pouch cell, the motor behind a booster."""

PRECISE_DIVIDER_PPM = 1_000.0
"""Spread of a divider of 0.1 % resistors, which a flat curve needs."""
