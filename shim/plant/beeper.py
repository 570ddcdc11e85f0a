"""Piezo beeper: pulses on its line in, notes out, measured from the edges as an ear would.

A note is a run of pulses of one period; a change of period starts another, a pause ends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_PAUSE_NS = 10_000_000  # below 100 Hz nobody hears a tone, only separate clicks
_SAME_PITCH = 0.02  # a semitone is 6 %; rounding of a half period to 1 us is below 0.3 %


@dataclass(frozen=True)
class Note:
    """One sound. A single pulse is a click: its duration is its width, its frequency 0."""

    start_ns: int
    duration_ns: int
    frequency_hz: float
    pulses: int = 1

    @property
    def end_ns(self) -> int:
        """The instant after its last cycle."""
        return self.start_ns + self.duration_ns


class Beeper:
    """Collects notes. `on_sound(dt_ns)` is told how long each finished note drew current."""

    def __init__(self, on_sound: Callable[[int], None] | None = None) -> None:
        self._on_sound = on_sound
        self.dead = False  # fault: it makes no sound
        self._done: list[Note] = []
        self._first_ns = self._last_ns = 0
        self._high_ns = 0
        self._period_ns: float | None = None
        self._count = 0
        self._level = 0
        self._rise_ns = 0

    def silence(self, dead: bool) -> None:
        """Fault: it makes no sound; False mends it."""
        self.dead = dead

    def edge(self, t_ns: int, level: int) -> None:
        """The line changed; a pulse is complete at its fall."""
        if self.dead:
            return
        if level:
            self._rise_ns = t_ns
        elif self._level:
            self.train(self._rise_ns, t_ns - self._rise_ns, t_ns - self._rise_ns, 1)
        self._level = level

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        """`count` equal pulses on the line."""
        if self.dead:
            return
        self._pulse(t0_ns, high_ns)
        if count > 1:
            self._pulse(t0_ns + period_ns, high_ns)
        if count > 2:
            self._count += count - 2
            self._last_ns = t0_ns + (count - 1) * period_ns

    def notes(self, t_ns: int | None = None) -> list[Note]:
        """All notes so far; one still sounding at t_ns (or if not given, still open) is last."""
        if self._count and t_ns is not None and t_ns - self._last_ns > self._pause_ns():
            self._finish()
        return [*self._done, self._open_note()] if self._count else list(self._done)

    def _pulse(self, rise_ns: int, high_ns: int) -> None:
        if not self._count:
            self._start(rise_ns, high_ns)
            return
        interval_ns = rise_ns - self._last_ns
        if interval_ns > self._pause_ns():
            self._finish()
            self._start(rise_ns, high_ns)
        elif self._period_ns is None:
            self._period_ns = interval_ns
            self._grow(rise_ns, high_ns)
        elif abs(interval_ns - self._period_ns) > _SAME_PITCH * self._period_ns:
            self._change(rise_ns, high_ns, interval_ns)
        else:
            self._grow(rise_ns, high_ns)

    def _start(self, rise_ns: int, high_ns: int) -> None:
        self._first_ns = self._last_ns = rise_ns
        self._high_ns, self._period_ns, self._count = high_ns, None, 1

    def _grow(self, rise_ns: int, high_ns: int) -> None:
        self._last_ns, self._high_ns = rise_ns, high_ns
        self._count += 1

    def _change(self, rise_ns: int, high_ns: int, interval_ns: int) -> None:
        """Another pitch without a pause: its first pulse was the last one counted before."""
        turn_ns = self._last_ns
        span_ns = turn_ns - self._first_ns
        pulses = self._count - 1
        pitch_hz = 1e9 * pulses / span_ns if pulses > 1 else 0.0
        self._close(Note(self._first_ns, span_ns, pitch_hz, pulses))
        self._start(turn_ns, high_ns)
        self._period_ns = interval_ns
        self._grow(rise_ns, high_ns)

    def _pause_ns(self) -> float:
        """A pause is longer than this after a rise: clearly more than the note's own period."""
        return _PAUSE_NS if self._period_ns is None else min(_PAUSE_NS, 1.5 * self._period_ns)

    def _open_note(self) -> Note:
        span_ns = self._last_ns - self._first_ns
        if self._count == 1:
            return Note(self._first_ns, self._high_ns, 0.0, 1)
        cycle_ns = span_ns / (self._count - 1)
        return Note(self._first_ns, span_ns + round(cycle_ns), 1e9 / cycle_ns, self._count)

    def _finish(self) -> None:
        self._close(self._open_note())
        self._count = 0

    def _close(self, note: Note) -> None:
        self._done.append(note)
        if self._on_sound:
            self._on_sound(note.duration_ns)
