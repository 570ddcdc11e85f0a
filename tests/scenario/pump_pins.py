"""What went out at a pump's pins: the judge of every drive, written without device code.

A step is a rise of the one pin (step/dir, DC), or a new pattern of the four coils (ULN2003). Coils
that go off between two half-steps, or come on again in the same pattern, are no step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from shim.lines import EdgeListener
from shim.world import World

STEP, ENABLE = 2, 6
COILS = (2, 3, 4, 5)
HALF_STEPS = (0b0001, 0b0011, 0b0010, 0b0110, 0b0100, 0b1100, 0b1000, 0b1001)


class Rises:
    """Instants of the rising edges of one pin, and of its falls."""

    def __init__(self, world: World, pin: int = STEP) -> None:
        self.steps_ns: list[int] = []
        self.falls_ns: list[int] = []
        world.lines[pin].listen(EdgeListener(self._edge))

    def _edge(self, t_ns: int, level: int) -> None:
        (self.steps_ns if level else self.falls_ns).append(t_ns)

    def count(self, t0_ns: int, t1_ns: int) -> int:
        """Steps in [t0, t1)."""
        return bisect_left(self.steps_ns, t1_ns) - bisect_left(self.steps_ns, t0_ns)

    def on_ns(self) -> list[int]:
        """How long each step was on; the last one may still be."""
        return [off - on for on, off in zip(self.steps_ns, self.falls_ns, strict=False)]


class HalfSteps(Rises):
    """Instants of the half-steps of four coils; `wrong_ns` of patterns that are no step forward.

    Four lines report one change one after another: a pattern is judged when time has gone on.
    With `enable`, the GPIO of a supply switch (active low), patterns without supply are nothing.
    """

    def __init__(self, world: World, enable: int | None = None) -> None:
        self._steps_ns: list[int] = []
        self._falls_ns: list[int] = []
        self._wrong_ns: list[int] = []
        self._pattern = self._judged = 0
        self._place: int | None = None
        self._t_ns = -1
        self._powered = enable is None or not world.lines[enable].level()
        if enable is not None:
            world.lines[enable].listen(EdgeListener(self._supply))
        for bit, pin in enumerate(COILS):
            world.lines[pin].listen(EdgeListener(self._wire(bit)))

    def forget(self) -> None:
        """The chip was reset: its next pattern is a step, whichever it is."""
        self._take()
        self._place = None

    @property
    def steps_ns(self) -> list[int]:  # type: ignore[override]
        """Instants of the steps."""
        self._take()
        return self._steps_ns

    @property
    def falls_ns(self) -> list[int]:  # type: ignore[override]
        """Instants at which all coils went off."""
        self._take()
        return self._falls_ns

    @property
    def wrong_ns(self) -> list[int]:
        """Instants of patterns out of their order."""
        self._take()
        return self._wrong_ns

    def _supply(self, _t_ns: int, level: int) -> None:
        self._take()
        self._powered = not level

    def _wire(self, bit: int) -> Callable[[int, int], None]:
        def edge(t_ns: int, level: int) -> None:
            if t_ns != self._t_ns:
                self._take()
                self._t_ns = t_ns
            self._pattern = self._pattern & ~(1 << bit) | level << bit

        return edge

    def _take(self) -> None:
        if self._pattern == self._judged:
            return
        self._judged = self._pattern
        if not self._powered:
            return
        if not self._pattern:
            self._falls_ns.append(self._t_ns)
        elif self._pattern not in HALF_STEPS:
            self._wrong_ns.append(self._t_ns)
        else:
            self._half_step(HALF_STEPS.index(self._pattern))

    def _half_step(self, place: int) -> None:
        if self._place is None or place == (self._place + 1) % 8:
            self._steps_ns.append(self._t_ns)
        elif place != self._place:
            self._wrong_ns.append(self._t_ns)
        self._place = place
