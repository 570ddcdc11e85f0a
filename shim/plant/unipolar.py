"""Unipolar stepper: four coil lines in, movement of the pump head out.

A pattern that is held for the rotor's settling time takes it to the nearest place of that pattern,
up to three half-steps either way; one that is four off has no torque. So a half-step that was cut
short is made together with the next, steps too fast are lost by whole turns of eight, and a start
from an unknown place may cost up to five half-steps or give two.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from shim.plant.motor import Head
from shim.plant.motor_facts import UnipolarFacts

PATTERNS = (0b0001, 0b0011, 0b0010, 0b0110, 0b0100, 0b1100, 0b1000, 0b1001)
_NEVER_NS = 10**18


class Unipolar:
    """Position in half-steps since it was wired; `pulses` are the patterns that were put out.

    `wrong` are those of them that no half-step motor understands.
    """

    def __init__(self, facts: UnipolarFacts, head: Head, seed: int) -> None:
        self.facts = facts
        self.position_steps = 0
        self.pulses = 0
        self.wrong = 0
        self.enabled = False
        self.stalled = False  # fault: the rotor is held
        self._head = head
        at = facts.rotor_at
        self._first = Random(f"{seed}:rotor").randrange(8) if at is None else at
        self._pattern = self._last = 0
        self._since_ns = self._t_ns = 0
        self._awake_ns = _NEVER_NS

    @property
    def lost_steps(self) -> int:
        """Patterns that did not turn the rotor by one; below 0 if it went further than that."""
        return self.pulses - self.position_steps

    @property
    def draws(self) -> bool:
        """True while current flows."""
        return self.enabled and self._pattern != 0

    def begin(self, t_ns: int, dir_level: int, enable_level: int) -> None:
        """Level found when the bench is wired to a board; a supply found on is up."""
        self.enabled = enable_level == self.facts.enable_level
        self._awake_ns = t_ns if self.enabled else _NEVER_NS
        self._since_ns = self._t_ns = t_ns

    def coil_edge(self, coil: int) -> Callable[[int, int], None]:
        """The listener of one coil's line (0 to 3)."""

        def edge(t_ns: int, level: int) -> None:
            self._pass_to(t_ns)
            self._pattern = self._pattern & ~(1 << coil) | level << coil

        return edge

    def enable_edge(self, t_ns: int, level: int) -> None:
        """The supply was switched."""
        self._pass_to(t_ns)
        self.settle(t_ns)
        self.enabled = level == self.facts.enable_level
        self._awake_ns = t_ns + self.facts.wake_ns if self.enabled else _NEVER_NS

    def settle(self, t_ns: int) -> None:
        """Do what the pattern has done by t_ns: the rotor is there once it was held for long."""
        if t_ns > self._t_ns:
            self._count()
        begun_ns = max(self._since_ns, self._awake_ns)
        if self._pattern in PATTERNS and t_ns - begun_ns >= self.facts.settle_ns:
            self._fall_in(PATTERNS.index(self._pattern))

    def _pass_to(self, t_ns: int) -> None:
        """A line changes at t_ns; lines that change together make one pattern."""
        if t_ns == self._t_ns:
            return
        self.settle(t_ns)
        self._since_ns = self._t_ns = t_ns

    def _count(self) -> None:
        if self._pattern and self._pattern != self._last:
            self.pulses += 1
            self.wrong += self._pattern not in PATTERNS
            self._last = self._pattern

    def _fall_in(self, place: int) -> None:
        away = (place - self._first - self.position_steps + 4) % 8 - 4
        if away and away != -4 and not self.stalled:
            self.position_steps += self._head.advance(away)
