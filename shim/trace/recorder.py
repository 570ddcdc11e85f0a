"""One recorder, many views: chosen lines, sampled series and text events of one run.

Same run, same digest: nothing in here depends on wall time, memory addresses or hash order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Protocol

from shim.trace.track import Track


class LineLike(Protocol):
    """What the recorder needs of a GPIO line."""

    def level(self) -> int:
        """0 or 1."""

    def listen(self, listener: Any) -> None:
        """Report edges and trains to `listener` from now on."""


class LinesLike(Protocol):
    """Lines by GPIO number."""

    def __getitem__(self, number: int, /) -> LineLike:
        """The line of that GPIO."""


class Recorder:
    """Lines by name, series of (t_ns, number) by name, and (t_ns, source, text) events."""

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}
        self.series: dict[str, list[tuple[int, float]]] = {}
        self.events: list[tuple[int, str, str]] = []

    def attach(self, lines: LinesLike, names: Mapping[str, int]) -> None:
        """Record these lines from now on, e.g. {"STEP": 2, "ENABLE": 6}."""
        for name, gpio in names.items():
            self.tracks[name] = Track(lines[gpio].level())
            lines[gpio].listen(self.tracks[name])

    def sample(self, name: str, t_ns: int, value: float) -> None:
        """Add a point to a series; raises ValueError when time goes back."""
        points = self.series.setdefault(name, [])
        if points and t_ns < points[-1][0]:
            raise ValueError(f"{name}: sample at {t_ns} ns comes after one at {points[-1][0]} ns")
        points.append((t_ns, value))

    def event(self, t_ns: int, source: str, text: str) -> None:
        """Note something in words."""
        self.events.append((t_ns, source, text))

    def edges(self, line: str, t0_ns: int, t1_ns: int) -> Iterator[tuple[int, int]]:
        """Yield (t_ns, level) of a line's edges in [t0_ns, t1_ns)."""
        return self.tracks[line].edges(t0_ns, t1_ns)

    def rises(self, line: str, t0_ns: int, t1_ns: int) -> Iterator[int]:
        """Yield the instants of a line's rising edges in [t0_ns, t1_ns)."""
        return self.tracks[line].rises(t0_ns, t1_ns)

    def count_rises(self, line: str, t0_ns: int, t1_ns: int) -> int:
        """Rising edges of a line in [t0_ns, t1_ns), in O(log n)."""
        return self.tracks[line].count_rises(t0_ns, t1_ns)

    def digest(self) -> str:
        """SHA-256 over everything recorded, as hex."""
        digest = sha256()
        for name in sorted(self.tracks):
            digest.update(name.encode() + b"\n" + self.tracks[name].to_bytes())
        for name in sorted(self.series):
            digest.update(f"{name} {self.series[name]!r}\n".encode())
        digest.update(repr(self.events).encode())
        return digest.hexdigest()
