"""DC motor and pump head: the switch's line in, movement of the rollers out.

The speed follows the voltage like a capacitor its resistor, in closed form between two edges; what
an on-time moves depends on how long it was and on how far the motor had run out since the last.
"""

from __future__ import annotations

from math import exp

from shim.plant.motor import Head
from shim.plant.motor_facts import DcFacts

LOSSES = ("disabled", "stalled", "short_pulse")


class DcMotor:
    """Position in millionths of a turn; `pulses` on-times, `lost` those that moved nothing."""

    def __init__(self, facts: DcFacts, head: Head) -> None:
        self.facts = facts
        self.position_steps = 0
        self.pulses = 0
        self.lost = dict.fromkeys(LOSSES, 0)
        self.enabled = False
        self.stalled = False  # fault: the rotor is held
        self._head = head
        self._on = False
        self._place = 0.0  # position with its fraction
        self._part = 0.0  # of full speed
        self._t_ns = self._on_ns = 0

    @property
    def lost_steps(self) -> int:
        """On-times that moved nothing."""
        return sum(self.lost.values())

    @property
    def draws(self) -> bool:
        """True while current flows."""
        return self.enabled and self._on

    def begin(self, t_ns: int, dir_level: int, enable_level: int) -> None:
        """Level found when the bench is wired to a board."""
        self.enabled = enable_level == self.facts.enable_level
        self._t_ns = t_ns

    def switch_edge(self, t_ns: int, level: int) -> None:
        """The motor's switch closed or opened."""
        self.settle(t_ns)
        if level:
            self._on_ns = t_ns
        elif self._on:
            self._judge(t_ns - self._on_ns)
        self._on = bool(level)

    def enable_edge(self, t_ns: int, level: int) -> None:
        """The supply was switched; a motor switched on with it begins now."""
        self.settle(t_ns)
        self.enabled = level == self.facts.enable_level
        self._on_ns = max(self._on_ns, t_ns)

    def settle(self, t_ns: int) -> None:
        """Turn up to t_ns."""
        facts, now_ns = self.facts, self._t_ns
        driven_ns = self._on_ns + facts.lag_ns
        if self.draws and not self.stalled and t_ns > driven_ns:
            self._run(max(0, driven_ns - now_ns), 0.0, facts.run_out_ns)
            self._run(t_ns - max(now_ns, driven_ns), 1.0, facts.run_up_ns)
        else:
            self._run(t_ns - now_ns, 0.0, facts.run_out_ns)
        self._t_ns = max(now_ns, t_ns)
        self._turn()

    def _run(self, dt_ns: float, towards: float, time_ns: float) -> None:
        """dt_ns in which the speed goes towards a part of full speed."""
        if dt_ns <= 0 or self.stalled:
            return
        rest = exp(-dt_ns / time_ns)
        way_ns = towards * dt_ns + (self._part - towards) * time_ns * (1 - rest)
        self._part = towards + (self._part - towards) * rest
        self._place += way_ns * 1e-9 * self.facts.full_speed_steps_s

    def _turn(self) -> None:
        """Whole millionths of a turn go to the rollers; held by the load the motor stands."""
        wanted = int(self._place) - self.position_steps
        if self.stalled:
            self._part = 0.0
        if wanted:
            moved = self._head.advance(wanted)
            self.position_steps += moved
            if moved != wanted:
                self._place, self._part = float(self.position_steps), 0.0

    def _judge(self, on_ns: int) -> None:
        self.pulses += 1
        if not self.enabled:
            self.lost["disabled"] += 1
        elif self.stalled:
            self.lost["stalled"] += 1
        elif on_ns <= self.facts.lag_ns:
            self.lost["short_pulse"] += 1
