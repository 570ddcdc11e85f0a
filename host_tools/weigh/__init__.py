"""Calibration by weighing, as data: which runs to make, what they show, whether they will do."""

from host_tools.weigh.runs import Run, runs_of
from host_tools.weigh.verdict import Residual, Verdict, judge
from host_tools.weigh.water import density_ug_ml

__all__ = ["Residual", "Run", "Verdict", "density_ug_ml", "judge", "runs_of"]
