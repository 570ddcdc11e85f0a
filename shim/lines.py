"""The 30 GPIO lines: who drives them, what level results, who watches.

Invariant: a listener hears every change of level once, in time order for its line. A regular burst
of pulses reaches it as one `train`, so that nothing has to be computed a pulse at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from shim.clock import VirtualClock

GPIO_COUNT = 30


Pulse = Callable[[int, int], None]
"""Takes the rise and the fall of one pulse on a low line, both in ns."""


class Listener(Protocol):
    """Whoever watches a line. With a method `pulse(rise_ns, fall_ns)` as well, it gets a pulse of
    a state machine that is over by that, else as two edges.
    """

    def edge(self, t_ns: int, level: int) -> None:
        """The line changed to `level` at t_ns."""

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        """`count` pulses: rise number k at t0_ns + k * period_ns, fall high_ns later."""


def expand_train(
    t0_ns: int, period_ns: int, high_ns: int, count: int
) -> Iterator[tuple[int, int]]:
    """Yield the (t_ns, level) edges of a train, for watchers that think in single edges."""
    for k in range(count):
        rise_ns = t0_ns + k * period_ns
        yield rise_ns, 1
        yield rise_ns + high_ns, 0


class EdgeListener:
    """Adapter: hands every edge, those of trains too, to `fn(t_ns, level)`."""

    def __init__(self, fn: Callable[[int, int], None]) -> None:
        self.edge = fn

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        for t_ns, level in expand_train(t0_ns, period_ns, high_ns, count):
            self.edge(t_ns, level)


class Line:
    """One GPIO. Level: CPU output > PIO output > outside drive > the board's pull > the pad's > 0.

    A short (`force`) beats them all: a fault of the board, not a way to drive a line.

    `external_pull` is the resistor on the board (0, 1 or None), `internal_pull` the pad's own,
    which is five times as weak.
    """

    def __init__(
        self, clock: VirtualClock, sync: Callable[[], None], number: int, pull: int | None
    ) -> None:
        self.number = number
        self.external_pull = pull
        self.internal_pull: int | None = None
        self._clock = clock
        self._sync = sync
        self._cpu: int | None = None
        self._pio_out = False
        self._pio_level = 0
        self._outside: int | None = None
        self._forced: int | None = None
        self._listeners: tuple[Listener, ...] = ()
        self._pulses: tuple[Pulse, ...] = ()
        self._level = self._resolve()

    def level(self) -> int:
        """The level now, as far as the PIO has been computed; `Lines.read` computes it first."""
        return self._level

    @property
    def floating(self) -> bool:
        """True when nothing but a pull (or nothing at all) decides the level."""
        return self._cpu is None and not self._pio_out and self._outside is None

    @property
    def cpu_output(self) -> int | None:
        """What the CPU drives, None while it lets go."""
        return self._cpu

    @property
    def watched(self) -> bool:
        """True when somebody listens."""
        return bool(self._listeners)

    def set_cpu(self, out: bool, level: int) -> None:
        """The CPU's output register: drives `level` if `out`, else lets go."""
        self._sync()
        self._cpu = level if out else None
        self._update(self._clock.now_ns)

    def release_cpu(self) -> None:
        """The pin's function is not SIO any more: the CPU lets go."""
        self.set_cpu(False, 0)

    def set_pio(self, t_ns: int, out: bool | None = None, level: int | None = None) -> None:
        """A state machine changed direction and/or level at t_ns (<= now, after the last edge)."""
        if out is not None:
            self._pio_out = out
        if level is not None:
            self._pio_level = level
        self._update(t_ns)

    def set_pio_level(self, t_ns: int, level: int) -> None:
        """As set_pio() for the level alone: what every pulse does twice."""
        self._pio_level = level
        if level != self._level and self._pio_out and self._cpu is None and self._forced is None:
            self._level = level
            for listener in self._listeners:
                listener.edge(t_ns, level)

    def pio_pulse(self, rise_ns: int, fall_ns: int) -> None:
        """A state machine made one pulse on a low line, which is low again; both lie in the past.

        Nothing is seen when something stronger holds the line or no output is enabled.
        """
        if self._pio_out and self._cpu is None and self._forced is None:
            for pulse in self._pulses:
                pulse(rise_ns, fall_ns)

    def release_pio(self, t_ns: int | None = None) -> None:
        """The pin's function is not PIO any more: the state machine lets go."""
        self.set_pio(self._clock.now_ns if t_ns is None else t_ns, out=False, level=0)

    def pio_train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        """A state machine made `count` regular pulses on a low line; it is low again after them.

        Nothing is seen when something stronger holds the line or no output is enabled.
        """
        if self._cpu is not None or self._forced is not None or not self._pio_out:
            return
        if self._level:
            raise ValueError(f"GPIO{self.number}: a train must start from low")
        for listener in self._listeners:
            listener.train(t0_ns, period_ns, high_ns, count)

    def drive(self, level: int | None) -> None:
        """The outside world drives the line; None lets go."""
        self._sync()
        self._outside = level
        self._update(self._clock.now_ns)

    def force(self, level: int | None) -> None:
        """Fault: the line is shorted to a level; None ends it."""
        self._sync()
        self._forced = level
        self._update(self._clock.now_ns)

    def set_internal_pull(self, pull: int | None) -> None:
        """The pad's own resistor: 0, 1 or None."""
        self._sync()
        self.internal_pull = pull
        self._update(self._clock.now_ns)

    def listen(self, listener: Listener) -> None:
        """Call `listener` at every change from now on."""
        self._listeners = (*self._listeners, listener)
        self._pulses = tuple(map(_pulse_of, self._listeners))

    def unlisten(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners = tuple(x for x in self._listeners if x is not listener)
        self._pulses = tuple(map(_pulse_of, self._listeners))

    def float_all(self) -> None:
        """Reset of the chip: CPU and PIO let go, the internal pull is off."""
        self._cpu = None
        self._pio_out = False
        self._pio_level = 0
        self.internal_pull = None
        self._update(self._clock.now_ns)

    def _resolve(self) -> int:
        if self._forced is not None:
            return self._forced
        if self._cpu is not None:
            return self._cpu
        if self._pio_out:
            return self._pio_level
        for candidate in (self._outside, self.external_pull, self.internal_pull):
            if candidate is not None:
                return candidate
        return 0

    def _update(self, t_ns: int) -> None:
        level = self._resolve()
        if level != self._level:
            self._level = level
            for listener in self._listeners:
                listener.edge(t_ns, level)


def _pulse_of(listener: Listener) -> Pulse:
    own: Pulse | None = getattr(listener, "pulse", None)
    if own is not None:
        return own

    def two_edges(rise_ns: int, fall_ns: int) -> None:
        listener.edge(rise_ns, 1)
        listener.edge(fall_ns, 0)

    return two_edges


class Lines:
    """All lines of one board. `before_access` runs before the CPU or the world touches a line."""

    def __init__(
        self, clock: VirtualClock, external_pulls: Mapping[int, int] | None = None
    ) -> None:
        self.before_access: list[Callable[[], None]] = []
        self._syncing = False
        pulls = external_pulls or {}
        self._lines = [Line(clock, self.sync, n, pulls.get(n)) for n in range(GPIO_COUNT)]

    def __getitem__(self, number: int) -> Line:
        return self._lines[number]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines)

    def __len__(self) -> int:
        return GPIO_COUNT

    def sync(self) -> None:
        """Bring every lazily computed peripheral to now (a nested call returns at once)."""
        if self._syncing:
            return
        self._syncing = True
        try:
            for hook in self.before_access:
                hook()
        finally:
            self._syncing = False

    def read(self, number: int) -> int:
        """The level of a line now, everything computed up to now."""
        self.sync()
        return self._lines[number].level()

    def float_all(self) -> None:
        """Reset of the chip: every output floats, pulls on the board decide."""
        self.sync()
        for line in self._lines:
            line.float_all()
