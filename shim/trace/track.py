"""One line's history: single edges and whole trains, in four integers each.

Invariant: records are in time order and do not overlap, so any question about a window is two
binary searches. A train that goes on in the rhythm of the one before it is joined to it.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import takewhile


class Track:
    """Listener for one line. `first_level` is the level before the first record."""

    def __init__(self, first_level: int = 0) -> None:
        self.first_level = first_level
        self._start_ns = array("q")
        self._period_ns = array("q")
        self._high_ns = array("q")  # of a single edge: its new level
        self._count = array("q")  # pulses of a train; 0 marks a single edge
        self._rises_before = array("q")
        self._rises = 0
        self._end_ns = -(10**18)
        self._level = first_level

    def edge(self, t_ns: int, level: int) -> None:
        """The line changed; saying the level it has already adds nothing."""
        self._in_order(t_ns)
        if level != self._level:
            self._append(t_ns, 0, level, 0, level)
            self._end_ns, self._level = t_ns, level

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        """`count` equal pulses from low to low."""
        self._in_order(t0_ns)
        if count <= 0:
            return
        if self._goes_on(t0_ns, period_ns, high_ns):
            self._count[-1] += count
            self._rises += count
        else:
            self._append(t0_ns, period_ns, high_ns, count, count)
        self._end_ns, self._level = t0_ns + (count - 1) * period_ns + high_ns, 0

    def rises_before(self, t_ns: int) -> int:
        """Rising edges strictly before t_ns."""
        i = bisect_left(self._start_ns, t_ns) - 1
        if i < 0:
            return 0
        if not self._count[i]:
            return self._rises_before[i] + self._high_ns[i]
        begun = -((self._start_ns[i] - t_ns) // self._period_ns[i])
        return self._rises_before[i] + min(self._count[i], begun)

    def count_rises(self, t0_ns: int, t1_ns: int) -> int:
        """Rising edges in [t0_ns, t1_ns), in O(log n)."""
        return self.rises_before(t1_ns) - self.rises_before(t0_ns)

    def level_at(self, t_ns: int) -> int:
        """The level just after whatever happened at t_ns."""
        i = bisect_right(self._start_ns, t_ns) - 1
        if i < 0:
            return self.first_level
        if not self._count[i]:
            return self._high_ns[i]
        k = min(self._count[i] - 1, (t_ns - self._start_ns[i]) // self._period_ns[i])
        return int(t_ns - self._start_ns[i] - k * self._period_ns[i] < self._high_ns[i])

    def edges(self, t0_ns: int, t1_ns: int) -> Iterator[tuple[int, int]]:
        """Yield (t_ns, level) for every edge in [t0_ns, t1_ns)."""
        first = max(0, bisect_left(self._start_ns, t0_ns) - 1)  # a train may reach into it
        last = bisect_left(self._start_ns, t1_ns)
        for i in range(first, last):
            yield from takewhile(lambda e: e[0] < t1_ns, self._expand(i, t0_ns))

    def rises(self, t0_ns: int, t1_ns: int) -> Iterator[int]:
        """Yield the instant of every rising edge in [t0_ns, t1_ns)."""
        return (t_ns for t_ns, level in self.edges(t0_ns, t1_ns) if level)

    def records(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield (start_ns, period_ns, high_ns, pulses) as kept; an edge is (t_ns, 0, level, 0)."""
        return zip(self._start_ns, self._period_ns, self._high_ns, self._count, strict=True)

    def to_bytes(self) -> bytes:
        """The same bytes for the same history, on any machine."""
        columns = (self._start_ns, self._period_ns, self._high_ns, self._count)
        head = f"{self.first_level} {len(self._start_ns)}\n".encode()
        return head + b"".join(_little(column) for column in columns)

    def __len__(self) -> int:
        return len(self._start_ns)

    def _expand(self, i: int, t0_ns: int) -> Iterator[tuple[int, int]]:
        start_ns, period_ns, high_ns = self._start_ns[i], self._period_ns[i], self._high_ns[i]
        if not self._count[i]:
            if start_ns >= t0_ns:
                yield start_ns, high_ns
            return
        for k in range(max(0, (t0_ns - start_ns) // period_ns), self._count[i]):
            rise_ns = start_ns + k * period_ns
            if rise_ns >= t0_ns:
                yield rise_ns, 1
            if rise_ns + high_ns >= t0_ns:
                yield rise_ns + high_ns, 0

    def _goes_on(self, t0_ns: int, period_ns: int, high_ns: int) -> bool:
        return (
            bool(self._count)
            and self._count[-1] > 0
            and (self._period_ns[-1], self._high_ns[-1]) == (period_ns, high_ns)
            and t0_ns == self._start_ns[-1] + self._count[-1] * period_ns
        )

    def _append(self, t_ns: int, period_ns: int, high_ns: int, count: int, rises: int) -> None:
        self._start_ns.append(t_ns)
        self._period_ns.append(period_ns)
        self._high_ns.append(high_ns)
        self._count.append(count)
        self._rises_before.append(self._rises)
        self._rises += rises

    def _in_order(self, t_ns: int) -> None:
        if t_ns < self._end_ns:
            raise ValueError(f"event at {t_ns} ns comes after one at {self._end_ns} ns")


def _little(column: array[int]) -> bytes:
    if sys.byteorder == "little":
        return column.tobytes()
    swapped = array(column.typecode, column)
    swapped.byteswap()
    return swapped.tobytes()
