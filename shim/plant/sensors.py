"""What the optional sensors show: marks of the rotor's disk, and volts for the line's pressure."""

from __future__ import annotations

from shim.plant.facts import SensorFacts
from shim.plant.noise import normal, spread_ppm

_RAIL_MV = 3300.0
_PPM = 1e6


class IndexSensor:
    """A slotted disk on the rotor. `fault`: None, or the level that the sensor is stuck at."""

    def __init__(self, facts: SensorFacts) -> None:
        self._half_steps = facts.index_steps // 2
        self.fault: int | None = None

    def level(self, position_steps: int) -> int:
        """0 or 1 at this rotor position."""
        if self.fault is not None:
            return self.fault
        return position_steps // self._half_steps & 1


class PressureSensor:
    """Volts as of the data sheet. `fault`: None, "open" (no signal) or "short" (on the rail)."""

    def __init__(self, facts: SensorFacts, seed: int, noise: float) -> None:
        self._facts = facts
        self._seed = seed
        self._noise_mv = facts.noise_mv * noise
        drawn = spread_ppm(seed, "pressure", _PPM) if noise else 0
        self._offset_kpa = facts.offset_kpa * noise * drawn / _PPM
        self._looks = (0, 0)
        self.fault: str | None = None

    def mv(self, pressure_kpa: float, t_ns: int) -> float:
        """Millivolts at the ADC pin, with noise of the instant and of the look."""
        if self.fault:
            return 0.0 if self.fault == "open" else _RAIL_MV
        last_ns, count = self._looks
        self._looks = (t_ns, count + 1 if t_ns == last_ns else 0)
        facts = self._facts
        ideal_mv = facts.zero_mv + (pressure_kpa + self._offset_kpa) * facts.mv_per_kpa
        noise_mv = self._noise_mv * normal(self._seed, "pressure", t_ns, self._looks[1])
        return max(0.0, min(_RAIL_MV, ideal_mv + noise_mv))
