"""How a part of the plant hears its line."""

from __future__ import annotations

from collections.abc import Callable


class Wire:
    """Listener that hands a line's edges and trains to methods of the parts."""

    def __init__(
        self,
        edge: Callable[[int, int], None],
        train: Callable[[int, int, int, int], None] | None = None,
        pulse: Callable[[int, int], None] | None = None,
    ) -> None:
        self.edge = edge
        self.pulse = pulse
        self._train = train

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        """Pass a train on, as edges to a part that does not understand trains."""
        if self._train:
            self._train(t0_ns, period_ns, high_ns, count)
            return
        for rise_ns in range(t0_ns, t0_ns + count * period_ns, period_ns):
            self.edge(rise_ns, 1)
            self.edge(rise_ns + high_ns, 0)
