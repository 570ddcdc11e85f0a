"""The `time` module: ticks of 30 bits that start near their wrap; every call takes time."""

from __future__ import annotations

import calendar
import time as host_time
from collections.abc import Callable
from typing import Any

from shim.clock import NS_PER_MS, NS_PER_S, NS_PER_US
from shim.cpu import CALL_NS
from shim.modules.context import Pico

PERIOD = 1 << 30
"""MICROPY_PY_TIME_TICKS_PERIOD of 32-bit ports."""

HALF = PERIOD // 2
MASK = PERIOD - 1


def ticks_add(ticks: int, delta: int) -> int:
    """`ticks` moved by `delta`, which is below half a period."""
    if not -HALF < delta < HALF:
        raise OverflowError("ticks interval overflow")
    return (ticks + delta) & MASK


def ticks_diff(end: int, start: int) -> int:
    """Signed distance of two ticks, right within half a period."""
    return ((end - start + HALF) & MASK) - HALF


def _ticks(pico: Pico) -> dict[str, Callable[..., Any]]:
    chip, clock, cpu, spend = pico.chip, pico.clock, pico.cpu, pico.cpu.spend
    start_ms, start_us = pico.ticks_start_ms, pico.ticks_start_us

    def ticks_ms() -> int:
        t_ns = clock.now_ns + CALL_NS
        if t_ns < clock.first_ns and t_ns < cpu.free_ns:
            clock.now_ns = t_ns
        else:
            spend()
        return ((clock.now_ns - chip.start_ns) // NS_PER_MS + start_ms) & MASK

    def ticks_us() -> int:
        spend()
        return ((clock.now_ns - chip.start_ns) // NS_PER_US + start_us) & MASK

    return {"ticks_ms": ticks_ms, "ticks_us": ticks_us, "ticks_cpu": ticks_us}


def _sleeps(pico: Pico) -> dict[str, Callable[..., Any]]:
    cpu, clock = pico.cpu, pico.clock

    def sleeper(unit_ns: int) -> Callable[[float], None]:
        def sleep(span: float) -> None:
            cpu.spend()
            if span > 0:
                cpu.sleep_until(clock.now_ns + int(span * unit_ns))

        return sleep

    names = {"sleep": NS_PER_S, "sleep_ms": NS_PER_MS, "sleep_us": NS_PER_US}
    return {name: sleeper(unit_ns) for name, unit_ns in names.items()}


def _calendar(pico: Pico) -> dict[str, Callable[..., Any]]:
    def gmtime(seconds: int | None = None) -> tuple[int, ...]:
        when = pico.chip.wall_ns() // NS_PER_S if seconds is None else seconds
        return tuple(host_time.gmtime(when))[:8]

    def time() -> int:
        pico.cpu.spend()
        return pico.chip.wall_ns() // NS_PER_S

    def time_ns() -> int:
        pico.cpu.spend()
        return pico.chip.wall_ns() // NS_PER_US * NS_PER_US

    return {
        "gmtime": gmtime,
        "localtime": gmtime,
        "mktime": lambda when: calendar.timegm(tuple(when[:6])),
        "time": time,
        "time_ns": time_ns,
    }


def make(pico: Pico) -> dict[str, Any]:
    """The names of `time` for this boot."""
    names: dict[str, Any] = {"ticks_add": ticks_add, "ticks_diff": ticks_diff}
    names.update(_ticks(pico))
    names.update(_sleeps(pico))
    names.update(_calendar(pico))
    return names
