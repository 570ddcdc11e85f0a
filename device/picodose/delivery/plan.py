"""Exact volume to whole steps. The remainder is carried, so the error stays below one step for
ever (DEL-1).
"""

from micropython import const

UNITS_PER_NL = const(
    3_600_000
)  # one unit is 1 nL/h for 1 ms: every rate and span gives a whole number
_TICKS_MS = (1000, 500, 200, 100, 50, 20, 10)
_TICK_STEPS = const(200)


class Plan:
    """Step volume as an exact ratio: nl_num / steps_den nL per step (both positive integers)."""

    def __init__(self, nl_num: int, steps_den: int):
        self.use(nl_num, steps_den)

    def use(self, nl_num: int, steps_den: int) -> None:
        """Count in this ratio from now on, with no remainder."""
        self.nl_num = nl_num
        self.steps_den = steps_den
        self.scale(1, 1)

    def scale(self, num: int, den: int) -> None:
        """From now on num / den times the ordered volume is due: a bridge (bridge.py). What was
        left below a step is forgotten.
        """
        self._unit = num * self.steps_den
        self._step = UNITS_PER_NL * self.nl_num * den  # one step, in units / self._unit
        self._rest = 0

    def steps(self, units: int) -> int:
        """Whole steps due for `units` (nL*ms/h) more volume; what is left over stays for the next
        call.
        """
        steps, self._rest = divmod(self._rest + units * self._unit, self._step)
        return steps

    def whole_steps(self, units: int) -> int:
        """Whole steps due for `units` without touching the remainder (rounded down)."""
        return units * self._unit // self._step

    def ms_until(self, steps: int, units: int, span_ms: int) -> int:
        """When so many more steps are due, at an even flow of `units` in span_ms, or span_ms."""
        due_ms = -(-(steps * self._step - self._rest) * span_ms // (units * self._unit or 1))
        return due_ms if due_ms < span_ms else span_ms

    def clear(self) -> None:
        """Forget the remainder: the volume of a step has changed."""
        self._rest = 0

    def nl(self, steps: int) -> int:
        """Volume of `steps` in nL, rounded down."""
        return steps * self.nl_num // self.steps_den

    def steps_for_nl(self, volume_nl: int) -> int:
        """Whole steps that fit into volume_nl."""
        return volume_nl * self.steps_den // self.nl_num

    def tick_ms(self, rate_nl_h: int) -> int:
        """Longest dosing tick that carries at most 200 steps at this rate."""
        for tick_ms in _TICKS_MS:
            if self.steps_for_nl(rate_nl_h * tick_ms // UNITS_PER_NL) < _TICK_STEPS:
                return tick_ms
        return _TICKS_MS[-1]
