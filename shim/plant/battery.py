"""Battery, its load, and what the ADC pin sees of it.

Charge is booked exactly in microampere nanoseconds from three meters (idle, motor, beeper), each
of which only knows for how long its load was on; so lines may report in any order among each
other. Voltage = rest voltage at that charge - current x resistance.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf

from shim.plant.facts import BatteryFacts
from shim.plant.noise import normal, spread_ppm

_UA_NS_PER_MAH = 1_000 * 3_600 * 10**9
_RAIL_MV = 3300.0  # an RP2040 ADC pin cannot show more than its supply


class OnTime:
    """How long a load has been on; `level_ma` is its current while on."""

    def __init__(self, level_ma: float) -> None:
        self.level_ma = level_ma
        self.present_ma = 0.0  # the current now
        self._level_ua = round(level_ma * 1000)
        self._on_ns = 0
        self._since_ns: int | None = None

    def switch(self, t_ns: int, on: bool) -> None:
        """Turn the load on or off at t_ns; saying the same twice changes nothing."""
        if on and self._since_ns is None:
            self._since_ns = t_ns
            self.present_ma = self.level_ma
        elif not on and self._since_ns is not None:
            self._on_ns += max(0, t_ns - self._since_ns)
            self._since_ns = None
            self.present_ma = 0.0

    def add(self, dt_ns: int) -> None:
        """A load that reports spans: it was on for dt_ns more."""
        self._on_ns += dt_ns

    def charge_ua_ns(self, t_ns: int) -> int:
        """Charge taken up to t_ns."""
        since_ns = self._since_ns
        if since_ns is None or t_ns <= since_ns:
            return self._level_ua * self._on_ns
        return self._level_ua * (self._on_ns + t_ns - since_ns)


class Battery:
    """Cells, their loads, and the divider to the ADC pin.

    `fault`: None, "open" (the divider's upper lead broke), "short" (pin on the rail) or "noisy".
    """

    def __init__(self, facts: BatteryFacts, seed: int, capacity_ppm: float = 0.0,
                 divider_ppm: float = 0.0, noise: float = 1.0) -> None:  # fmt: skip
        self.facts = facts
        self.fault: str | None = None
        self.idle = OnTime(facts.idle_ma)
        self.motor = OnTime(facts.motor_ma)
        self.beeper = OnTime(facts.beeper_ma)
        spread = 1_000_000 + spread_ppm(seed, "capacity", capacity_ppm)
        self.capacity_ua_ns = round(facts.capacity_mah * _UA_NS_PER_MAH) * spread // 1_000_000
        divider = 1 + spread_ppm(seed, "divider", divider_ppm) / 1e6
        self._ratio = facts.divider_num / facts.divider_den * divider
        self._cell = _Curve(facts.cell_mv)
        self._noise = noise
        self._seed = seed
        self._fitted_ua_ns = 0  # meters' total when this battery was fitted (may be negative)
        self._looks = (0, 0)

    def used(self, t_ns: int) -> float:
        """Part of the capacity used at t_ns: 0 fresh, 1 flat."""
        return (self._metered_ua_ns(t_ns) - self._fitted_ua_ns) / self.capacity_ua_ns

    def rest_mv(self, t_ns: int) -> float:
        """Voltage without any load."""
        return self.facts.cells * self._cell.at(self.used(t_ns))

    def terminal_mv(self, t_ns: int) -> float:
        """Voltage at the terminals under the present load."""
        load_ma = self.idle.present_ma + self.motor.present_ma + self.beeper.present_ma
        return self._loaded_mv(self.used(t_ns), load_ma)

    def adc_mv(self, t_ns: int) -> float:
        """Millivolts at the ADC pin, with noise that belongs to the instant (and, when the same
        instant is sampled again, to the count of the look)."""
        last_ns, count = self._looks
        self._looks = (t_ns, count + 1 if t_ns == last_ns else 0)
        sigma_mv = 300.0 if self.fault == "noisy" else self.facts.noise_mv * self._noise
        noise_mv = sigma_mv * normal(self._seed, "adc", t_ns, self._looks[1])
        pin_mv = self._pin_mv(t_ns) + noise_mv
        return 0.0 if pin_mv < 0.0 else _RAIL_MV if pin_mv > _RAIL_MV else pin_mv

    def replace(self, t_ns: int) -> None:
        """Fit fresh cells."""
        self._fitted_ua_ns = self._metered_ua_ns(t_ns)

    def spoil(self, fault: str | None) -> None:
        """Fault: "open", "short" or "noisy"; None mends it."""
        self.fault = fault

    def use_up(self, part: float, t_ns: int) -> None:
        """Use the charge up so that at t_ns this part of the capacity is gone."""
        self._fitted_ua_ns = self._metered_ua_ns(t_ns) - round(part * self.capacity_ua_ns)

    def drain_to(self, mv: float, t_ns: int, load_ma: float | None = None) -> None:
        """Use the charge up so that at t_ns the terminals under `load_ma` (idle) show `mv`."""
        self.use_up(self._used_at(mv, self.facts.idle_ma if load_ma is None else load_ma), t_ns)

    def drain_to_reach(self, mv: float, t_ns: int, at_ns: int, mean_ma: float) -> None:
        """Use the charge up now (t_ns) so that a mean load shows `mv` later, at at_ns.

        Raises ValueError when even fresh cells would not last until then.
        """
        later_ua_ns = round(self._used_at(mv, mean_ma) * self.capacity_ua_ns)
        now_ua_ns = later_ua_ns - round(mean_ma * 1000) * (at_ns - t_ns)
        if now_ua_ns < 0:
            raise ValueError(f"fresh cells fall below {mv} mV before {at_ns} ns at {mean_ma} mA")
        self._fitted_ua_ns = self._metered_ua_ns(t_ns) - now_ua_ns

    def _metered_ua_ns(self, t_ns: int) -> int:
        idle, motor, beeper = self.idle, self.motor, self.beeper
        return idle.charge_ua_ns(t_ns) + motor.charge_ua_ns(t_ns) + beeper.charge_ua_ns(t_ns)

    def _pin_mv(self, t_ns: int) -> float:
        if self.fault == "open":
            return 0.0  # the lower resistor holds the pin at ground
        if self.fault == "short":
            return _RAIL_MV
        return self.terminal_mv(t_ns) * self._ratio

    def _loaded_mv(self, used: float, load_ma: float) -> float:
        facts = self.facts
        part = 0.0 if used < 0.0 else 1.0 if used > 1.0 else used
        cell_mohm = facts.fresh_mohm + (facts.flat_mohm - facts.fresh_mohm) * part
        sag_mv = facts.cells * cell_mohm * load_ma / 1000
        loaded_mv = facts.cells * self._cell.at(used) - sag_mv
        return loaded_mv if loaded_mv > 0.0 else 0.0

    def _used_at(self, mv: float, load_ma: float) -> float:
        """The used part at which a load shows `mv`: the curve falls, so halving finds it."""
        low, high = 0.0, self.facts.cell_mv[-1][0]
        if not self._loaded_mv(high, load_ma) <= mv <= self._loaded_mv(low, load_ma):
            raise ValueError(f"{mv} mV is off this battery's curve at {load_ma} mA")
        for _ in range(50):
            middle = (low + high) / 2
            if self._loaded_mv(middle, load_ma) > mv:
                low = middle
            else:
                high = middle
        return high


class _Curve:
    """Straight lines between the points of a table, flat outside; the piece last used is kept."""

    def __init__(self, table: tuple[tuple[float, float], ...]) -> None:
        self._table = table
        self._piece = table[:2]

    def at(self, x: float) -> float:
        """The curve's value at x."""
        (x0, y0), (x1, y1) = self._piece
        if not x0 <= x < x1:
            table = self._table
            if x <= table[0][0]:
                return table[0][1]
            if x >= table[-1][0]:
                return table[-1][1]
            i = bisect_right(table, (x, inf))
            (x0, y0), (x1, y1) = self._piece = table[i - 1 : i + 1]
        return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
