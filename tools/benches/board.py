"""The pump on the official firmware in an emulated RP2040: virtual time and memory, exact."""

from __future__ import annotations

from functools import lru_cache

from host_tools.build import DEVICE
from host_tools.link import LinkClient, SimTransport
from shim.emulated.pico import EmulatedPico
from tools.bench import Figure

_BATTERY_MV = 3000.0  # at the ADC pin: 6.0 V behind the bench divider
_READY = b"picodose: ready."
_LIMIT_MS = 5000
_DATE_S = 850_000_000
_ENTRIES, _LOG = 50, 1000
_WALL_LIMIT_S = 900.0


def _ready_ms(pico: EmulatedPico, since: int) -> float:
    """Run until the pump says so, on what the console has got since; virtual ms that it took."""
    from_ns = pico.now_ns
    pico.until(lambda: _READY in pico.console[since:], _LIMIT_MS)
    return (pico.now_ns - from_ns) / 1e6


@lru_cache(maxsize=1)
def _booted() -> tuple[EmulatedPico, float, float]:
    """A board, and what its power-on and then a plain reset took, in virtual ms."""
    pico = EmulatedPico(device_dir=DEVICE)
    pico.chip.wall_limit_s = _WALL_LIMIT_S
    pico.set_adc_mv(0, _BATTERY_MV)
    power_on_ms = _ready_ms(pico, 0)
    since = len(pico.console)
    pico.reset("forced")
    return pico, power_on_ms, _ready_ms(pico, since)


@lru_cache(maxsize=1)
def _connected() -> LinkClient:
    client = LinkClient(SimTransport(_booted()[0]))
    client.connect()
    return client


def bench_power_on() -> Figure:
    """power-on to ready, watchdog proved, on the official firmware"""
    return Figure(_booted()[1], "virtual ms", at_most=1600)


def bench_reset() -> Figure:
    """reset to ready, without that proof"""
    return Figure(_booted()[2], "virtual ms", at_most=1200)


def bench_heap() -> Figure:
    """free heap after boot, on the official firmware"""
    return Figure(_connected().request("status", page=2)["heap_free"], "bytes", target=90_000)


def bench_status() -> Figure:
    """a page of status, asked and answered"""
    client, pico = _connected(), _booted()[0]
    from_ns = pico.now_ns
    client.request("status", page=0)
    return Figure((pico.now_ns - from_ns) / 1e6, "virtual ms", at_most=30)


def bench_log() -> Figure:
    """a log of 1000 entries, scaled from 50"""
    client, pico = _connected(), _booted()[0]
    for wall_s in range(_DATE_S, _DATE_S + _ENTRIES):  # an entry each
        client.request("clock", wall_s=wall_s)
    from_ns = pico.now_ns
    entries = len(list(client.log(0)))
    return Figure((pico.now_ns - from_ns) / 1e9 * _LOG / entries, "virtual s", at_most=15)
