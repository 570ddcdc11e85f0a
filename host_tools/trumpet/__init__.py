"""How even the flow is: start-up curve and trumpet curves from a scale's log."""

from host_tools.trumpet.curves import Curves, curves
from host_tools.trumpet.samples import ScaleLogError, from_csv, to_csv
from host_tools.trumpet.simulated import simulated

__all__ = ["Curves", "ScaleLogError", "curves", "from_csv", "simulated", "to_csv"]
