"""The physical world on the bench: driver and motor, tube, water, battery, beeper, scale.

Written from data sheets and physics, never from `device/`: it is the judge of that code. What is
conserved is an exact integer; floats are only where physics is (voltage, noise).
"""

from shim.plant.bench import Bench, PlantState
from shim.plant.facts import PlantFacts, Tolerances

__all__ = ["Bench", "PlantFacts", "PlantState", "Tolerances"]
