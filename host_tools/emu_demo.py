"""`python -m host_tools.emu_demo`: one bolus on the official firmware in an emulated RP2040.

The same device files, host client and bench run a second time on the virtual Pico, and the two
trains of step pulses are held against each other. Exit code 0: they agree, and so do the pump's
count and the plant; 1: they do not, and what differs is named.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from host_tools import DEVICE_DIR
from host_tools.link import LinkClient, SimTransport
from host_tools.rx import Plan, limits_of, plan_of
from shim.emulated.pico import EmulatedPico
from shim.plant.bench import Bench
from shim.plant.facts import Tolerances
from shim.trace.day import PinLane, Pins
from shim.trace.pins import lanes_of, pins_picture
from shim.trace.recorder import Recorder
from shim.trace.vcd import write_vcd
from shim.virtual_pico import VirtualPico

# One step a second: between the steps of a tick the emulator would count every cycle of a wait.
PLAN = 'title = "Bolus"\nmode = "bolus"\nbolus = { volume = "0.75 uL", over = "1 min" }\n'
_READY = b"picodose: ready."
_BOOT_MS = 3_000
_CHUNK_MS = 500
_AFTER_MS = 4_000  # the last segment, and the driver is off
_TIMEOUT_S = 5.0
_WALL_LIMIT_S = 900.0
_LATE_STEPS = 6  # the emulator counts one for each state machine that is enabled in a delay
_HIGH_NS = 100_000  # a pulse is microseconds wide; more is a fault of the world
_APART_NS = 1_000_000  # SIM-4
_SHOWN_S = (-2.0, 62.8)
_ZOOM_S = (-1.5, 4.5)

World = EmulatedPico | VirtualPico


@dataclass(frozen=True)
class Run:
    """What one world did; instants in ns of its recorder."""

    name: str
    recorder: Recorder
    motor_on_ns: int
    rises_ns: tuple[int, ...]
    high_ns: int  # the longest time that STEP stayed high
    confirmed_steps: int
    dispensed_nl: float

    @property
    def pulses_ns(self) -> list[int]:
        """Rising edges at STEP, counted from the first one."""
        return [t_ns - self.rises_ns[0] for t_ns in self.rises_ns]


def main(argv: list[str] | None = None) -> int:
    """Give the bolus in both worlds, compare, write the picture and the VCD."""
    parser = argparse.ArgumentParser(prog="python -m host_tools.emu_demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/emu-demo"))
    folder: Path = parser.parse_args(argv).out
    plan = plan_of(PLAN, "bolus", limits_of())
    console = Console()
    console.print("The official firmware on an emulated RP2040: this takes half a minute.")
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("boot", total=_BOOT_MS + plan.rx.bolus_ms + _AFTER_MS)
        board, bench = emulated_board(lambda ms: bar.update(task, completed=ms))
        bar.update(task, description="bolus")
        emulated = give(board, bench, plan, "emulated RP2040", lambda ms: bar.update(
            task, completed=_BOOT_MS + ms))  # fmt: skip
    board.check(_LATE_STEPS)
    virtual = give(*virtual_board(), plan, "virtual Pico", lambda _: None)
    wrong = differences(emulated, virtual, plan.rx.bolus_nl)
    write_files(emulated, virtual, folder)
    report(console, emulated, virtual, folder, wrong)
    return 1 if wrong else 0


def emulated_board(progress: Callable[[float], None]) -> tuple[EmulatedPico, Bench]:
    """A board as an installation leaves it, booted until the pump says that it is ready."""
    pico = EmulatedPico(device_dir=DEVICE_DIR)
    pico.chip.wall_limit_s = _WALL_LIMIT_S

    def ready() -> bool:
        progress(pico.now_ns / 1e6)
        return _READY in pico.console

    bench = Bench(tolerances=Tolerances.none())
    bench.attach(pico)
    pico.until(ready, _BOOT_MS)
    return pico, bench


def virtual_board() -> tuple[VirtualPico, Bench]:
    """The same on the virtual Pico."""
    pico, bench = VirtualPico(), Bench(tolerances=Tolerances.none())
    bench.attach(pico)
    pico.run_for(_BOOT_MS)
    return pico, bench


def give(
    world: World, bench: Bench, plan: Plan, name: str, progress: Callable[[float], None]
) -> Run:
    """Ask a booted pump for the bolus over its link and wait until it is over."""
    recorder = Recorder()
    recorder.attach(world.lines, world.board.signals)
    client = LinkClient(SimTransport(world), _TIMEOUT_S)
    client.connect()
    client.bolus(plan.rx.bolus_nl, plan.rx.bolus_ms)
    for ms in range(0, plan.rx.bolus_ms + _AFTER_MS, _CHUNK_MS):
        world.run_for(_CHUNK_MS)
        progress(ms)
    status = client.request("status", page=0)
    edges = list(recorder.edges("ENABLE", 0, world.now_ns))
    rises = tuple(recorder.rises("STEP", 0, world.now_ns))
    steps = list(recorder.edges("STEP", 0, world.now_ns))
    high_ns = max(b[0] - a[0] for a, b in zip(steps, steps[1:], strict=False) if a[1])
    motor_on_ns = next(t_ns for t_ns, level in edges if level == 0)
    confirmed = int(status["confirmed_steps"])
    return Run(name, recorder, motor_on_ns, rises, high_ns, confirmed, bench.dispensed_nl)


def differences(emulated: Run, virtual: Run, bolus_nl: int) -> list[str]:
    """Everything in which pump, plant, order and the two worlds do not agree."""
    found = []
    for run in (emulated, virtual):
        if run.confirmed_steps != len(run.rises_ns):
            found.append(
                f"{run.name}: {run.confirmed_steps} steps confirmed, "
                f"{len(run.rises_ns)} at the pin"
            )
        if run.dispensed_nl != bolus_nl:
            found.append(f"{run.name}: {run.dispensed_nl:g} of {bolus_nl} nL dispensed")
        if run.high_ns > _HIGH_NS:
            found.append(f"{run.name}: STEP stays high for up to {run.high_ns} ns")
    if len(emulated.rises_ns) != len(virtual.rises_ns):
        found.append(f"{len(emulated.rises_ns)} against {len(virtual.rises_ns)} pulses")
    elif apart_ns(emulated, virtual) > _APART_NS:
        found.append(f"pulses lie up to {apart_ns(emulated, virtual)} ns apart")
    return found


def apart_ns(one: Run, other: Run) -> int:
    """Largest distance of a pulse from the same pulse in the other world."""
    pairs = zip(one.pulses_ns, other.pulses_ns, strict=False)
    return max((abs(a - b) for a, b in pairs), default=0)


def write_files(emulated: Run, virtual: Run, folder: Path) -> None:
    """The pins' picture and the VCD of the whole bolus."""
    folder.mkdir(parents=True, exist_ok=True)
    pins_picture(picture(emulated, virtual), folder / "pins.png")
    start_ns = emulated.motor_on_ns - 10**9
    write_vcd(emulated.recorder, folder / "pins.vcd", start_ns, emulated.rises_ns[-1] + 10**9)


def picture(emulated: Run, virtual: Run) -> Pins:
    """Both worlds on one axis that begins at the same step."""
    lanes = _lanes(emulated, ("ENABLE", "STEP", "BEEPER"), "")
    lanes += _lanes(virtual, ("STEP",), "\nvirtual")
    return Pins(
        title="A bolus on the official firmware",
        subtitle=f"{len(emulated.rises_ns)} pulses are {emulated.dispensed_nl / 1000:g} µL of "
        "water in a minute; MicroPython v1.27.0 on an emulated RP2040",
        start_s=_SHOWN_S[0], end_s=_SHOWN_S[1], lanes=lanes, zoom_s=_ZOOM_S,
        note="Lowest lane: the same device files on the virtual Pico; its pulses lie within "
        f"{apart_ns(emulated, virtual) / 1000:g} µs of those above.",
    )  # fmt: skip


def _lanes(run: Run, names: tuple[str, ...], suffix: str) -> tuple[PinLane, ...]:
    """Lanes with second 0 at the first pulse."""
    zero_ns = run.rises_ns[0]
    t0_ns, t1_ns = (zero_ns + round(t_s * 1e9) for t_s in _SHOWN_S)
    return tuple(
        PinLane(
            lane.name + suffix,
            lane.first_level,
            tuple((t_s - zero_ns / 1e9, level) for t_s, level in lane.edges),
        )
        for lane in lanes_of(run.recorder, names, t0_ns, t1_ns)
    )


def report(console: Console, emulated: Run, virtual: Run, folder: Path, wrong: list[str]) -> None:
    """Say what was found."""
    for run in (emulated, virtual):
        console.print(
            f"{run.name}: {len(run.rises_ns)} pulses at the pin, {run.confirmed_steps} confirmed, "
            f"{run.dispensed_nl:g} nL dispensed"
        )
    console.print(f"Pulses of the two worlds lie within {apart_ns(emulated, virtual)} ns.")
    for line in wrong:
        console.print(f"WRONG: {line}", style="bold red")
    for name in ("pins.png", "pins.vcd"):
        console.print(f"  {folder / name}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
