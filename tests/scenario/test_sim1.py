"""Same seed, same script: the same trace, journal and flash, byte for byte (SIM-1)."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest

from host_tools.link import SimTransport
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from shim.plant import Bench
from shim.trace.recorder import Recorder
from shim.virtual_pico import VirtualPico
from tests.scenario.delivery_rig import bolus_rx, const_rx
from tests.willing import WillingClient

S_MS = 1_000
MINUTE_MS = 60 * S_MS
WALL_S = 848_000_000


@dataclass(frozen=True)
class Outcome:
    """All that a run leaves behind."""

    trace: str
    journal: dict[str, bytes]
    flash: bytes
    console: bytes


class Script:
    """Ten virtual minutes: start, bolus, stop, start, a power cut."""

    def __init__(self, seed: int) -> None:
        self.pico, self.bench = VirtualPico(seed=seed), Bench(seed)
        self.recorder: Recorder = self.pico.trace()
        self.bench.attach(self.pico)

    def run(self) -> Outcome:
        self._pass_s(2)
        client = WillingClient(SimTransport(self.pico))
        client.connect()
        client.request("clock", wall_s=WALL_S)
        client.load(const_rx(20_833))
        client.request("start")
        self._pass_s(120)
        client.load(bolus_rx(5_000, MINUTE_MS))
        self._pass_s(120)
        client.stop()
        self._pass_s(60)
        client.request("start")
        self._pass_s(120)
        self.pico.power_cut(off_ms=500)
        self._pass_s(178)
        return self._outcome()

    def _pass_s(self, seconds: int) -> None:
        """Let time pass; the scale is read every 10 s."""
        end_ns = self.pico.now_ns + seconds * S_MS * 1_000_000
        while self.pico.now_ns < end_ns:
            self.pico.run_for(min(10 * S_MS, (end_ns - self.pico.now_ns) / 1e6))
            self.recorder.sample("scale_mg", self.pico.now_ns, self.bench.scale_mg())

    def _outcome(self) -> Outcome:
        image = self.pico.flash_image()
        return Outcome(self.recorder.digest(), journal_files(image), image, self.pico.console)


def journal_files(image: bytes) -> dict[str, bytes]:
    """The journal's files in a flash image: events (e..) and faults (f..)."""
    fs = FileSystem(NorFlash(bytearray(image)))
    fs.mount()
    names = [name for name, is_folder, _ in fs.entries("data") if not is_folder]
    return {name: fs.read_bytes(f"data/{name}") for name in names if name[0] in "ef"}


@pytest.mark.req("SIM-1")
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    first, again, other = (Script(seed).run() for seed in (7, 7, 8))
    for field in fields(Outcome):
        assert getattr(again, field.name) == getattr(first, field.name), field.name
    assert sum(map(len, first.journal.values())) > 10 * 32  # start, bolus, stop, start, boot ..
    assert other.trace != first.trace


@pytest.mark.req("SIM-1")
def test_a_run_does_not_feel_the_one_beside_it() -> None:
    alone = Script(7)
    Script(8).run()
    assert alone.run() == Script(7).run()
