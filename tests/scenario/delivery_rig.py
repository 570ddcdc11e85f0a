"""The whole pump on a virtual Pico with its bench, and the edges of STEP as the judge.

The rig looks into the device's RAM only to break something there or to read a count at an instant
at which no status can be asked for; what is proved is always told by the pin and the plant.
"""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from host_tools.link import RefusedError, SimTransport
from picodose.therapy.prescription import encode
from shim.plant import Bench, Tolerances
from shim.strict import Strict
from shim.trace.recorder import Recorder
from shim.virtual_pico import VirtualPico
from tests.willing import WillingClient

MS = 1_000_000
S = 1_000_000_000
STEP_NL_NUM, STEP_NL_DEN = 25, 2  # 12.5 nL a step: 40 uL a turn of 3200 microsteps


WIDE = """from profiles.bench_step import *
CAPS = ((3_600_000, 60_000, 70_000_000), (86_400_000, 1_800_000, 1_600_000_000))
"""
"""The bench profile with a day's cap that its highest rate does not reach."""


def board(profile: str = "therapy_step", main: str = "", **facts: Any) -> VirtualPico:
    """A Pico with this profile (a name in device/profiles, or the text of an active.py).

    `main` replaces main.py, for a toy that drives some of the device's parts by itself.
    """
    text = profile if "\n" in profile else f"from profiles.{profile} import *\n"
    overlay = {"profiles/active.py": text.encode()}
    if main:
        overlay["main.py"] = dedent(main).encode()
    return VirtualPico(overlay=overlay, **facts)


def const_rx(rate_nl_h: int, **more: Any) -> bytes:
    """A constant rate, as canonical bytes."""
    return _encoded(mode="const", rate_nl_h=rate_nl_h, **more)


def day_rx(steps: list[list[int]], fallback_nl_h: int = 250, **more: Any) -> bytes:
    """A day program: steps of [start_min, rate_nl_h, bolus_nl, bolus_ms]."""
    return _encoded(mode="day", fallback_nl_h=fallback_nl_h, steps=steps, **more)


def patient_rx(rate_nl_h: int, patient: list[int]) -> bytes:
    """A constant rate with patient boluses: [bolus_nl, bolus_ms, lockout_ms, max_per_24h]."""
    return _encoded(mode="const", rate_nl_h=rate_nl_h, patient=patient)


def periodic_rx(
    rate_nl_h: int, bolus_nl: int, bolus_ms: int, interval_ms: int, **more: Any
) -> bytes:
    """A constant rate and a bolus each interval."""
    bolus = {"bolus_nl": bolus_nl, "bolus_ms": bolus_ms, "interval_ms": interval_ms}
    return _encoded(mode="periodic", rate_nl_h=rate_nl_h, **bolus, **more)


def week_rx(
    week: list[int], patterns: list[list[list[int]]], fallback_nl_h: int = 250, **more: Any
) -> bytes:
    """A day's pattern for each weekday, Monday first."""
    days = {"week": week, "patterns": patterns, **more}
    return _encoded(mode="week", fallback_nl_h=fallback_nl_h, **days)


def bolus_rx(bolus_nl: int, bolus_ms: int) -> bytes:
    """A single bolus."""
    return _encoded(mode="bolus", bolus_nl=bolus_nl, bolus_ms=bolus_ms)


def _encoded(**fields: Any) -> bytes:
    raw: bytes = encode({"v": 2, "fluid": "water", "conc_ug_ml": 0, **fields})
    return raw


class Rig:
    """One pump. `profile`: a name in device/profiles, or the text of an active.py.

    steps(t0, t1): rising edges of STEP; dispensed_steps: what the plant moved, in whole steps.
    """

    def __init__(
        self,
        profile: str = "therapy_step",
        *,
        seed: int = 0,
        strict: Strict | None = None,
        bench: Bench | None = None,
        pico: VirtualPico | None = None,
    ) -> None:
        self.pico = pico or board(profile, seed=seed, strict=strict)
        self.bench = bench or Bench(seed, Tolerances.none())
        self.bench.attach(self.pico)
        self.record = Recorder()
        self.record.attach(self.pico.lines, {"STEP": 2, "DIR": 3, "ENABLE": 6})
        self.client = WillingClient(SimTransport(self.pico))
        self.boot()

    # ------------------------------------------------------------------ driving

    def boot(self, ms: float = 3000) -> None:
        """Let the pump come up and greet it."""
        self.pico.run_for(ms)
        self.client.connect()

    def run_for(self, ms: float) -> None:
        """Let virtual time pass."""
        self.pico.run_for(ms)

    def start(self, rx: bytes) -> None:
        """Load a prescription and start it."""
        self.client.load(rx)
        self.client.request("start")

    def stop(self) -> None:
        """STOP, and its reply."""
        self.client.stop()

    def ack_all(self) -> None:
        """Acknowledge every alarm that is active."""
        active = self.client.request("status", page=1)["active"]
        for code in filter(None, active.split(",")):
            self.client.request("ack", code=int(code))

    def hang(self, ms: float) -> None:
        """The main loop stands still for `ms` from this instant; interrupts go on."""
        self.pico.fault("hang", ms=ms)
        self.pico.clock.after(0, lambda: None)  # wakes the device, which then hangs

    def stall(self, ms: float) -> None:
        """One flash operation that takes `ms`, interrupts masked, and what the write goes on
        to.
        """
        flash, usual = self.pico.flash, self.pico.flash.on_stall

        def longer(_span_ns: int) -> None:
            flash.on_stall = usual
            usual(round(ms * MS))

        flash.on_stall = longer
        with pytest.raises(RefusedError):
            self.client.request("start")  # running already: refused, and journaled at once
        assert flash.on_stall is usual, "nothing was written"

    def power_cut(self, off_ms: float = 0) -> None:
        """Cut the power and let the pump come up again."""
        self.pico.power_cut(off_ms)
        self.boot(off_ms + 3000)

    # ------------------------------------------------------------------ judging

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self.pico.now_ns

    def steps(self, t0_ns: int = 0, t1_ns: int | None = None) -> int:
        """Rising edges of STEP in [t0, t1), by default until now."""
        return self.record.count_rises("STEP", t0_ns, self.now_ns + 1 if t1_ns is None else t1_ns)

    def rises(self, t0_ns: int = 0, t1_ns: int | None = None) -> list[int]:
        """Instants of the rising edges of STEP."""
        end_ns = self.now_ns + 1 if t1_ns is None else t1_ns
        return list(self.record.rises("STEP", t0_ns, end_ns))

    def status(self) -> dict[str, Any]:
        """Page 0 of the pump's own status."""
        reply: dict[str, Any] = self.client.request("status", page=0)
        return reply

    def assert_booked(self) -> dict[str, Any]:
        """After a halt: pin edges, confirmed, commanded and granted steps and the plant agree."""
        status = self.status()
        counts = {status[key] for key in ("granted_steps", "commanded_steps", "confirmed_steps")}
        assert counts == {self.steps()}, (status, self.steps())
        assert (self.bench.steps_moved, self.bench.steps_lost) == (self.steps(), 0)
        return status

    # ------------------------------------------------------------------ the device's RAM

    @property
    def loop(self) -> Any:
        """The controller that main() runs; only while the device waits."""
        device: Any = self.pico._device
        frame = device.gr_frame
        while frame is not None:
            if frame.f_code.co_name == "main":
                return frame.f_locals["loop"]
            frame = frame.f_back
        raise LookupError("the loop does not run yet")

    @property
    def parts(self) -> Any:
        """The wired parts of the pump (assembly.py)."""
        return self.loop._pump.parts

    def age(self, ms: int) -> None:
        """As if the pump had lived so much longer: its running time, and what waits for it."""
        self.parts.accounts._base_ms += ms
        self.loop._pump.trial.due_ms -= ms


def most_in(rises_ns: list[int], window_ns: int) -> int:
    """Most rising edges in any half-open window of this length, by brute force."""
    best = tail = 0
    for head, t_ns in enumerate(rises_ns):
        while rises_ns[tail] <= t_ns - window_ns:
            tail += 1
        best = max(best, head - tail + 1)
    return best
