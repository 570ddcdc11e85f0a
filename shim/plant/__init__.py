"""The physical world on the bench: driver and motor, tube, water, battery, beeper, scale.

Written from data sheets and physics, never from `device/`: it is the judge of that code. Everything
is exact integers where something is conserved, floats only where physics is (voltage, noise).
"""

from shim.plant.bench import Bench, PlantState
from shim.plant.facts import PlantFacts, Tolerances

__all__ = ["Bench", "PlantFacts", "PlantState", "Tolerances"]
