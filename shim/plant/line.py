"""The line as a spring and a throttle: how much of what swells it leaves, and how hard it presses.

One compliance before one resistance: with an even inflow q the swelling runs towards q x tau,
tau = resistance x compliance, as exp(-t / tau). What leaves is a whole number of femtolitres taken
from the swelling, so rounding can neither make nor lose a drop.
"""

from __future__ import annotations

import math

from shim.plant.facts import FL_PER_NL, PathFacts

_FL_PER_ML = 1_000_000 * FL_PER_NL
_NS_PER_H = 3_600 * 10**9


class Throttle:
    """Resistance of the way out, which a clog multiplies, now or slowly."""

    def __init__(self, facts: PathFacts) -> None:
        self.fl_per_pa = facts.compliance_nl_kpa * FL_PER_NL / 1000
        self._pa_h_ml = facts.resistance_pa_h_ml
        self.resists = facts.resistance_pa_h_ml > 0  # else whatever is pushed in leaves at once
        self._times = 1.0
        self._since_ns = 0
        self._over_ns = 0

    @property
    def clogged(self) -> bool:
        """True when pressure may rise far enough to hold the rotor."""
        return self._times > 1.0

    def clog(self, times: float, t_ns: int, over_ns: int) -> None:
        """From t_ns on the resistance grows, within over_ns, to so many times what it was."""
        self._times, self._since_ns, self._over_ns = times, t_ns, over_ns

    def tau_ns(self, t_ns: int) -> float:
        """Time in which the swelling falls to 1/e without inflow."""
        part = 1.0
        if self._over_ns:
            part = min(1.0, max(0.0, (t_ns - self._since_ns) / self._over_ns))
        pa_h_ml = self._pa_h_ml * (1.0 + (self._times - 1.0) * part)
        return pa_h_ml * self.fl_per_pa / _FL_PER_ML * _NS_PER_H

    def left_fl(self, swelling_fl: int, inflow_fl: int, dt_ns: int, t_ns: int) -> int:
        """What remains of a swelling above the valve's, after dt_ns with an even inflow.

        swelling_fl: at the end, had nothing left; what lies under zero fills up first.
        """
        tau_ns = self.tau_ns(t_ns)
        before_fl = swelling_fl - inflow_fl
        if before_fl < 0:  # some of the inflow opens the valve, the rest of the time is flow
            dt_ns = round(dt_ns * swelling_fl / inflow_fl)
            before_fl, inflow_fl = 0, swelling_fl
        if dt_ns <= 0:
            return swelling_fl
        even_fl = inflow_fl * tau_ns / dt_ns
        return round(even_fl + (before_fl - even_fl) * math.exp(-dt_ns / tau_ns))
