"""What one state machine still has to see of one pin: the line's edges and trains, not yet read.

Invariant: questions come with instants that never decrease; what lies before them is forgotten.
The two-cycle input synchroniser of the silicon is left out: a level is seen in its own instant.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

FOREVER_NS = 1 << 62


class Quiet:
    """Until when nothing that the CPU or a pin could see happens in any state machine.

    Whoever wakes a machine, or brings news to one that waits, puts `until_ns` back to 0.
    """

    __slots__ = ("until_ns",)

    def __init__(self) -> None:
        self.until_ns = 0


class Watch:
    """Listener on a line that keeps its history until the state machine has passed it.

    `count` is set while the machine waits for a pulse only to count it: it is told (rise, fall)
    of the one pulse known and answers True when it has dealt with it.
    """

    __slots__ = ("_quiet", "count", "items", "level")

    def __init__(self, level: int, quiet: Quiet) -> None:
        self.level = level
        self._quiet = quiet
        self.count: Callable[[int, int], bool] | None = None
        self.items: deque[tuple[int, ...]] = deque()  # (t, level) or (t0, period, high, count)

    def edge(self, t_ns: int, level: int) -> None:
        self.items.append((t_ns, level))
        self._quiet.until_ns = 0

    def pulse(self, rise_ns: int, fall_ns: int) -> None:
        """A whole pulse on a low line: counted at once, or kept as two edges."""
        count = self.count
        if count is None or self.items or not count(rise_ns, fall_ns):
            self.edge(rise_ns, 1)
            self.edge(fall_ns, 0)

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        self.items.append((t0_ns, period_ns, high_ns, count))
        self._quiet.until_ns = 0

    def forget(self, level: int) -> None:
        """Start over from a known level."""
        self.items.clear()
        self.level = level

    def next_match(self, level: int, t_ns: int) -> int | None:
        """The first instant >= t_ns at which the pin has `level`; None: not in what is known."""
        items = self.items
        while items:
            item = items[0]
            if len(item) == 2:
                if item[0] > t_ns:
                    return t_ns if self.level == level else item[0]
                self.level = item[1]
            else:
                found = self._in_train(item, level, t_ns)
                if found is not None:
                    return found
                self.level = 0
            items.popleft()
        return t_ns if self.level == level else None

    def level_at(self, t_ns: int) -> int:
        """The pin's level at t_ns."""
        return 1 if self.next_match(1, t_ns) == t_ns else 0

    def _in_train(self, train: tuple[int, ...], level: int, t_ns: int) -> int | None:
        """As next_match, inside one train; None when t_ns lies behind its last fall."""
        t0_ns, period_ns, high_ns, count = train
        if t_ns < t0_ns:
            return t0_ns if level else t_ns
        pulse = (t_ns - t0_ns) // period_ns
        rise_ns = t0_ns + pulse * period_ns
        is_high = t_ns < rise_ns + high_ns
        if pulse >= count or (pulse == count - 1 and not is_high):
            return None
        if is_high:
            return t_ns if level else rise_ns + high_ns
        return rise_ns + period_ns if level else t_ns
