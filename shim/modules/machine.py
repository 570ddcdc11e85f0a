"""The `machine` module of one boot."""

from __future__ import annotations

import calendar
import hashlib
import time as host_time
from collections.abc import Callable
from typing import Any

from shim.chip import WATCHDOG_MAX_MS
from shim.clock import NS_PER_MS, NS_PER_S
from shim.errors import NotModelled
from shim.modules.analog import ADCBase, PWMBase
from shim.modules.context import Pico, bound
from shim.modules.pin import PinBase
from shim.modules.timer import TimerBase
from shim.surface import fill

CORE_HZ = 125_000_000
PWRON_RESET = 1
WDT_RESET = 3
IDLE_NS = NS_PER_MS


class MemBase:
    """machine.mem32 and its narrow brothers: registers with a model, nothing else."""

    _pico: Pico
    _bytes: int

    def __init__(self) -> None:
        self._cpu = self._pico.cpu
        self._registers = self._pico.chip.registers
        self._narrow = self._bytes != 4

    def __getitem__(self, address: int) -> int:
        shift = 8 * (address % 4)
        word = self._registers.read(address - address % 4)
        if not self._narrow:  # the firmware gives a word as a signed integer
            return word - (word >> 31 << 32)
        return word >> shift & ((1 << 8 * self._bytes) - 1)

    def __setitem__(self, address: int, value: int) -> None:
        if self._cpu.dead is not None:
            self._cpu.alive()
        if self._narrow:
            raise NotModelled("narrow register writes have no model")
        self._registers.write(address, value)


class WDTBase:
    """The watchdog: 8388 ms at most, never stopped."""

    _pico: Pico

    def __init__(self, id: int = 0, timeout: int = 5000) -> None:
        if id != 0:
            raise ValueError(f"WDT({id}) doesn't exist")
        if timeout > WATCHDOG_MAX_MS:
            raise ValueError(f"timeout exceeds {WATCHDOG_MAX_MS}")
        self._cpu, self._watchdog = self._pico.cpu, self._pico.chip.watchdog
        self._cpu.spend()
        self._pico.chip.start_watchdog(timeout)

    def feed(self) -> None:
        """Begin the timeout anew."""
        self._cpu.spend()
        self._watchdog.feed()


class RTCBase:
    """The clock of the RP2040: starts at 2021-01-01 00:00:00 after every hard reset."""

    _pico: Pico

    def datetime(self, when: tuple[int, ...] | None = None) -> tuple[int, ...] | None:
        """(year, month, day, weekday, hours, minutes, seconds, subseconds); weekday ignored."""
        self._pico.cpu.spend()
        if when is None:
            t = host_time.gmtime(self._pico.chip.wall_ns() // NS_PER_S)
            return (t.tm_year, t.tm_mon, t.tm_mday, t.tm_wday, t.tm_hour, t.tm_min, t.tm_sec, 0)
        year, month, day, _, hour, minute, second, _ = when
        self._pico.chip.set_wall_s(calendar.timegm((year, month, day, hour, minute, second)))
        return None


def _resets(pico: Pico) -> dict[str, Callable[..., Any]]:
    def reset_cause() -> int:
        return WDT_RESET if pico.chip.reason else PWRON_RESET

    return {
        "reset": lambda: pico.reset("forced"),
        "soft_reset": lambda: pico.reset("soft"),
        "reset_cause": reset_cause,
    }


def _power(pico: Pico) -> dict[str, Callable[..., Any]]:
    cpu = pico.cpu

    def idle() -> None:
        cpu.wait_event(pico.clock.now_ns + IDLE_NS)

    def lightsleep(time_ms: int = 0) -> None:
        if not time_ms:
            raise NotModelled("machine.lightsleep() without a time has no model")
        cpu.stall(time_ms * NS_PER_MS)

    def disable_irq() -> int:
        state = cpu.masked
        cpu.mask()
        return state

    def enable_irq(state: int = 0) -> None:
        while cpu.masked > state:
            cpu.unmask()

    def freq(hz: int | None = None) -> int:
        if hz is not None and hz != CORE_HZ:
            raise NotModelled(f"machine.freq({hz}) has no model")
        return CORE_HZ

    return {
        "idle": idle,
        "lightsleep": lightsleep,
        "disable_irq": disable_irq,
        "enable_irq": enable_irq,
        "freq": freq,
    }


def make(pico: Pico) -> dict[str, Any]:
    """The names of `machine` for this boot."""
    serial = hashlib.sha256(b"board %d" % pico.seed).digest()[:8]
    names: dict[str, Any] = {
        "PWRON_RESET": PWRON_RESET,
        "WDT_RESET": WDT_RESET,
        "Pin": bound("Pin", PinBase, pico, _all={}),
        "Timer": bound("Timer", TimerBase, pico, _running=set()),
        "ADC": bound("ADC", ADCBase, pico),
        "PWM": bound("PWM", PWMBase, pico),
        "WDT": bound("WDT", WDTBase, pico),
        "RTC": bound("RTC", RTCBase, pico),
        "unique_id": lambda: serial,
    }
    for bits in (8, 16, 32):
        names[f"mem{bits}"] = bound("mem", MemBase, pico, _bytes=bits // 8)()
    names.update(_resets(pico))
    names.update(_power(pico))
    return fill("machine", names)
