"""Speed of the virtual Pico with the whole pump in it (SIM-2), and what a start of it costs.

Speeds are virtual seconds per CPU second of this process (one core), so that other work on the
machine counts as little as it can; the slowness of the machine itself is told by a plain loop.
"""

from __future__ import annotations

import time
from statistics import median

from host_tools.link.client import LinkClient
from host_tools.link.transport import SimTransport
from shim.plant import Bench
from shim.strict import Strict
from shim.virtual_pico import VirtualPico
from tools.bench import Figure

BASAL_NL_H = 20_833
"""0.5 mL a day."""

FAST_NL_H = 10_000_000
BENCH_PROFILE = {"profiles/active.py": b"from profiles.bench_step import *\n"}
WALL_S = 848_000_000
SETTLE_MS = 20_000
SLICES = 30
LOOP_ROUNDS = 1_000_000
NS_PER_S = 1_000_000_000


def running_pump(rate_nl_h: int, **facts: object) -> tuple[VirtualPico, Bench]:
    """A pump on its bench that has run a constant rate for some seconds."""
    pico, bench = VirtualPico(**facts), Bench(seed=1)  # type: ignore[arg-type]
    bench.attach(pico)
    pico.run_for(2_000)
    client = LinkClient(SimTransport(pico))
    client.connect()
    client.request("clock", wall_s=WALL_S)
    text = '{"v":2,"mode":"const","fluid":"water","conc_ug_ml":0,"rate_nl_h":%d}' % rate_nl_h
    summary = client.stage(text.encode())
    client.commit(summary["digest"], summary["needs"])
    client.request("start")
    pico.run_for(SETTLE_MS)
    return pico, bench


def speed(pico: VirtualPico, slice_s: int) -> float:
    """Median over slices of virtual s per CPU s: one slice that was disturbed does not count."""
    return median(_slice(pico, slice_s) for _ in range(SLICES))


def _slice(pico: VirtualPico, slice_s: int) -> float:
    started = time.process_time()
    pico.run_for(slice_s * 1000)
    return slice_s / (time.process_time() - started)


def loop_rounds_per_s() -> float:
    """How fast this core runs a plain Python loop just now."""
    started = time.process_time()
    total = 0
    for number in range(LOOP_ROUNDS):
        total += number & 3
    return LOOP_ROUNDS / (time.process_time() - started)


def bench_basal() -> Figure:
    """SIM-2 basal therapy, 0.5 mL/day, all parts and the plant"""
    pico, _bench = running_pump(BASAL_NL_H)
    return Figure(speed(pico, 200), "virtual s / CPU s", 20_000)


def bench_basal_per_loop() -> Figure:
    """the same per million rounds of a plain loop"""
    pico, _bench = running_pump(BASAL_NL_H)
    ratios = [_slice(pico, 200) / loop_rounds_per_s() * 1e6 for _ in range(SLICES)]
    return Figure(median(ratios), "virtual s / Mround")


def bench_fast() -> Figure:
    """SIM-2 10 mL/h with the trace of every pulse"""
    pico, bench = running_pump(FAST_NL_H, overlay=BENCH_PROFILE)
    recorder = pico.trace()
    begun_ns, before = pico.now_ns, bench.steps_moved
    figure = speed(pico, 20)
    traced = recorder.count_rises("STEP", begun_ns, pico.now_ns)
    assert traced == bench.steps_moved - before > 100 * SLICES * 20
    return Figure(figure, "virtual s / CPU s", 500)


def bench_cut_lines() -> Figure:
    """SIM-2 basal with a power cut possible at any line"""
    pico, _bench = running_pump(BASAL_NL_H, strict=Strict(count_lines=True))
    return Figure(speed(pico, 20), "virtual s / CPU s", 20)


def bench_loop() -> Figure:
    """rounds of a plain loop, for comparing machines"""
    return Figure(median(loop_rounds_per_s() for _ in range(5)) / 1e6, "Mround / CPU s")


def bench_boot() -> Figure:
    """start of a virtual Pico to its loop, self-test and watchdog proof included"""
    started = time.process_time()
    VirtualPico().run_for(1_000)
    return Figure((time.process_time() - started) * 1000, "CPU ms")
