"""Step/dir driver and stepper motor: pulses on three lines in, movement of the pump head out.

A burst of thousands of pulses costs a handful of operations, because a driver that is awake treats
them all alike. Invariant: every pulse seen is either moved or counted as lost, with its reason.
"""

from __future__ import annotations

from math import ceil
from typing import NoReturn, Protocol

from shim.plant.facts import MotorFacts

LOSSES = ("disabled", "asleep", "dir_setup", "short_pulse", "too_fast", "stalled", "blocked")
_NEVER_NS = -(10**18)


class Head(Protocol):
    """What the rotor turns."""

    def advance(self, steps: int) -> int:
        """Turn by signed pulses; returns how far it went before the load held it."""


class Motor:
    """Position in pulses (microsteps), `lost` pulses by reason, `snapped` signed microsteps."""

    def __init__(self, facts: MotorFacts, head: Head) -> None:
        self.facts = facts
        self.position_steps = 0
        self.pulses = 0
        self.lost = dict.fromkeys(LOSSES, 0)
        self.moved_steps = 0
        self.snapped_steps = 0
        self.enabled = False
        self.stalled = False  # fault: the rotor is held
        self._head = head
        self._forward = True
        self._pulse_min_ns = facts.pulse_min_ns
        self._calm_ns = ceil(1e9 / facts.pull_in_steps_s)  # no rotor loses a step at this interval
        self._awake_ns = _NEVER_NS
        self._dir_ready_ns = _NEVER_NS
        self._rise_ns: int | None = None
        self._last_rise_ns = _NEVER_NS
        self._last_fall_ns = _NEVER_NS
        self._speed_steps_s = 0.0
        self._step_ns = _NEVER_NS

    @property
    def draws(self) -> bool:
        """True while current flows: an enabled driver holds its motor."""
        return self.enabled

    @property
    def lost_steps(self) -> int:
        """Pulses that did not turn the rotor, all reasons together."""
        return sum(self.lost.values())

    def begin(self, t_ns: int, dir_level: int, enable_level: int) -> None:
        """Levels found when the bench is wired to a board; a driver found on is awake."""
        self._forward = dir_level == self.facts.forward_level
        self.enabled = enable_level == self.facts.enable_level
        self._step_ns = t_ns

    def step_edge(self, t_ns: int, level: int) -> None:
        """STEP changed. The pulse counts from its rise and is judged when its width is known."""
        if t_ns < self._step_ns:
            self._out_of_order(t_ns)
        self._step_ns = t_ns
        if level:
            self._rise_ns = t_ns
            return
        rise_ns = self._rise_ns
        if rise_ns is not None:
            self._pulse(rise_ns, t_ns - rise_ns)
        self._last_fall_ns = t_ns

    def step_pulse(self, rise_ns: int, fall_ns: int) -> None:
        """One whole pulse on STEP, seen after its fall."""
        if rise_ns < self._step_ns:
            self._out_of_order(rise_ns)
        self._pulse(rise_ns, fall_ns - rise_ns)
        self._step_ns = self._last_fall_ns = fall_ns

    def step_train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        """`count` equal pulses on STEP; only the first one meets an interval of its own."""
        if t0_ns < self._step_ns:
            self._out_of_order(t0_ns)
        self._step_ns = t0_ns
        if count <= 0:
            return
        if self._plain(t0_ns, period_ns, high_ns):
            self.pulses += count
            self._speed_steps_s = 1e9 / period_ns
            self._turn(count)
        else:
            self._pulse(t0_ns, high_ns)
            self._run(t0_ns + period_ns, period_ns, high_ns, period_ns - high_ns, count - 1)
        self._last_rise_ns = self._step_ns = t0_ns + (count - 1) * period_ns
        self._last_fall_ns = self._last_rise_ns + high_ns

    def dir_edge(self, t_ns: int, level: int) -> None:
        """DIR changed; pulses within its set-up time are lost."""
        self.settle(t_ns)
        self._forward = level == self.facts.forward_level
        self._dir_ready_ns = t_ns + self.facts.dir_setup_ns
        self._speed_steps_s = 0.0

    def enable_edge(self, t_ns: int, level: int) -> None:
        """ENABLE changed: wake up, or let go; a driver that sleeps then forgets its microstep."""
        self.settle(t_ns)
        enable = level == self.facts.enable_level
        if enable and not self.enabled:
            self._awake_ns = t_ns + self.facts.wake_ns
        elif self.enabled and not enable and self.facts.sleeps_when_disabled:
            self._snap()
        self.enabled = enable
        self._speed_steps_s = 0.0

    def settle(self, t_ns: int) -> None:
        """A pulse already high for its minimum width has stepped: book it before looking."""
        if self._rise_ns is not None and t_ns - self._rise_ns >= self.facts.pulse_min_ns:
            self._pulse(self._rise_ns, t_ns - self._rise_ns)

    def _pulse(self, rise_ns: int, high_ns: int) -> None:
        self._rise_ns = None
        interval_ns = rise_ns - self._last_rise_ns
        if self._plain(rise_ns, interval_ns, high_ns):
            self.pulses += 1
            self._speed_steps_s = 1e9 / interval_ns
            self._turn(1)
        else:
            self._run(rise_ns, interval_ns, high_ns, rise_ns - self._last_fall_ns, 1)
        self._last_rise_ns = rise_ns

    def _run(self, first_ns: int, period_ns: int, high_ns: int, low_ns: int, count: int) -> None:
        """Judge `count` pulses at equal distance; in time order the reasons only come first."""
        self.pulses += count
        reason = self._whole_run_lost(high_ns, low_ns)
        if reason:
            self.lost[reason] += count
            return
        for reason, ready_ns in (("asleep", self._awake_ns), ("dir_setup", self._dir_ready_ns)):
            early = min(count, max(0, -((first_ns - ready_ns) // period_ns)))
            self.lost[reason] += early
            first_ns += early * period_ns
            count -= early
        if count and not self._follows(period_ns):
            self.lost["too_fast"] += count
        elif count:
            self._turn(count)

    def _plain(self, t0_ns: int, period_ns: int, high_ns: int) -> bool:
        """True when nothing can be lost: the usual case, in which a train is one movement."""
        least_ns, calm_ns = self._pulse_min_ns, self._calm_ns
        return (
            self.enabled
            and not self.stalled
            and t0_ns >= self._awake_ns
            and t0_ns >= self._dir_ready_ns
            and least_ns <= high_ns <= period_ns - least_ns
            and t0_ns - self._last_fall_ns >= least_ns
            and period_ns >= calm_ns <= t0_ns - self._last_rise_ns
        )

    def _whole_run_lost(self, high_ns: int, low_ns: int) -> str:
        if not self.enabled:
            return "disabled"
        if min(high_ns, low_ns) < self.facts.pulse_min_ns:
            return "short_pulse"
        return "stalled" if self.stalled else ""

    def _follows(self, period_ns: int) -> bool:
        """Can the rotor keep in step at this interval, from the speed it has?

        One answer serves a whole run: after its first step it has the speed of all the others,
        and a rotor that fell out of step stands still and cannot catch the rest either.
        """
        speed = 1e9 / period_ns
        reach = self._speed_steps_s + self.facts.max_accel_steps_s2 * period_ns * 1e-9
        follows = speed <= self.facts.max_steps_s and (
            speed <= self.facts.pull_in_steps_s or speed <= reach
        )
        self._speed_steps_s = speed if follows else 0.0
        return follows

    def _turn(self, count: int) -> None:
        wanted = count if self._forward else -count
        moved = self._head.advance(wanted)
        self.position_steps += moved
        if moved != wanted:
            self.lost["blocked"] += abs(wanted - moved)
        self.moved_steps += abs(moved)

    def _snap(self) -> None:
        """Without current the rotor falls to the nearest full step (the lower one from half)."""
        micro = self.facts.microsteps
        over = self.position_steps % micro
        moved = self._head.advance(-over if 2 * over <= micro else micro - over)
        self.position_steps += moved
        self.snapped_steps += moved

    def _out_of_order(self, t_ns: int) -> NoReturn:
        raise ValueError(f"STEP event at {t_ns} ns comes after one at {self._step_ns} ns")
