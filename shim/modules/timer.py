"""machine.Timer as on rp2: software timers on one alarm pool, hard or soft.

Facts kept: only id -1 exists; a periodic timer is armed again from the instant it was scheduled
for, so late calls follow back to back and nothing drifts; a hard callback that raises is printed
and never called again; soft callbacks pass through the scheduler's queue of eight and are lost
when it is full; a Timer nobody holds a reference to stops.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from errno import ENOMEM
from typing import Any

from shim.clock import NS_PER_US, Alarm
from shim.modules.context import Pico
from shim.modules.pin import UNCAUGHT

POOL_ALARMS = 16
"""PICO_TIME_DEFAULT_ALARM_POOL_MAX_TIMERS."""

DEFAULT_PERIOD = 0xFFFF_FFFF


class TimerCore:
    """The running part of a timer, held by the clock; the Timer itself may be collected."""

    __slots__ = (
        "_fire", "_service", "alarm", "callback", "clock", "cpu", "due_ns", "hard", "owner",
        "period_ns", "pico",
    )  # fmt: skip

    def __init__(self, pico: Pico, owner: TimerBase, period_ns: int, one_shot: bool) -> None:
        self.pico = pico
        self.cpu = pico.cpu
        self.clock = pico.clock
        self.owner = weakref.ref(owner)
        self.period_ns = 0 if one_shot else period_ns
        self.callback: Callable[[Any], Any] | None = None
        self.hard = False
        self.due_ns = pico.clock.now_ns + period_ns
        self._fire, self._service = self.fire, self.service  # bound once, called every tick
        self.alarm: Alarm | None = pico.clock.at(self.due_ns, self._fire)

    def fire(self) -> None:
        self.cpu.interrupt(self.due_ns, self._service)

    def service(self) -> None:
        callback = self.callback
        if callback is not None and not self.pico.dead_timers:
            if self.hard:
                try:
                    callback(self.owner())
                except Exception as error:
                    self.cpu.report(UNCAUGHT, error)
                    self.alarm = None
            else:
                self.cpu.schedule(callback, self.owner())
        alarm = self.alarm
        if alarm is None or not self.period_ns:
            self.alarm = None
            return
        self.due_ns = due_ns = self.due_ns + self.period_ns
        if due_ns > self.clock.now_ns:
            self.clock.again(alarm, due_ns, self._fire)
        else:
            self.cpu.interrupt(due_ns, self._service)

    def stop(self) -> None:
        if self.alarm is not None:
            self.alarm.cancel()
        self.alarm = self.callback = None


class TimerBase:
    """A software timer."""

    _pico: Pico
    _running: set[TimerCore]
    _core: TimerCore | None = None

    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id: int = -1, **kw: Any) -> None:
        if id != -1:
            raise ValueError("Timer doesn't exist")
        if kw:
            self.init(**kw)

    def init(
        self,
        *,
        mode: int = PERIODIC,
        period: int = DEFAULT_PERIOD,
        tick_hz: int = 1000,
        freq: float | None = None,
        callback: Callable[[Any], Any] | None = None,
        hard: bool = False,
    ) -> None:
        """Start: `period` in units of 1/tick_hz s, or `freq` in Hz; at least 1 us."""
        self._pico.cpu.spend()
        self.deinit()
        if freq is None:
            period_us = period * 1_000_000 // tick_hz
        else:
            period_us = int(1_000_000 / freq)
        if len(self._running) >= POOL_ALARMS:
            raise OSError(ENOMEM)
        core = TimerCore(self._pico, self, max(period_us, 1) * NS_PER_US, mode == self.ONE_SHOT)
        core.callback, core.hard = callback, hard
        self._core = core
        self._forget_finished()
        self._running.add(core)

    def _forget_finished(self) -> None:
        for core in [c for c in self._running if c.alarm is None]:
            self._running.discard(core)

    def deinit(self) -> None:
        """Stop; harmless when stopped."""
        if self._core is not None:
            self._core.stop()
            self._running.discard(self._core)
            self._core = None

    def __del__(self) -> None:
        self.deinit()


def next_hard_ns(timers: set[TimerCore]) -> int | None:
    """The instant of the next hard timer interrupt, None when there is none."""
    instants = [c.due_ns for c in timers if c.hard and c.alarm is not None]
    return min(instants, default=None)
