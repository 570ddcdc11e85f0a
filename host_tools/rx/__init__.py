"""Prescription files: TOML with units that a person writes, checked to the last line."""

from host_tools.rx.read import BadPlanError, Mistake, Plan, limits_of, plan_of, read_plan

__all__ = ["BadPlanError", "Mistake", "Plan", "limits_of", "plan_of", "read_plan"]
