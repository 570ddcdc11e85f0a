"""VirtualPico: boots boot.py and main.py unchanged on virtual hardware.

Invariant: nothing but (device files, flash image, seed, script of calls) decides what happens;
there is no state outside the object.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

from greenlet import getcurrent, greenlet

from shim.chip import Chip
from shim.clock import NS_PER_MS, VirtualClock
from shim.cpu import FOREVER_NS, Cpu, Tracer
from shim.errors import Reboot, Stuck
from shim.faults import Faults
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from shim.image import prepared_image
from shim.lines import Lines
from shim.modules.timer import TimerCore
from shim.pio import Pios
from shim.program import Program
from shim.strict import Strict
from shim.trace.recorder import Recorder
from shim.usb import UsbPort
from shim.world import AdcSource, Board

FREE_HEAP_BYTES = 180_000
"""What gc.mem_free() tells: plausible, constant, and no claim about the device code."""

WRAP = 1 << 30
TICKS_WRAP_AFTER_MS = 5_000
"""ticks_ms and ticks_us wrap this long after a chip reset, so that every test meets it."""

CONSOLE_TAIL_BYTES = 2_000
REPO_DEVICE_DIR = Path(__file__).resolve().parent.parent / "device"


class VirtualPico:
    """A Pico on the bench. Implements shim.world.World."""

    def __init__(
        self,
        device_dir: Path | str | None = None,
        *,
        seed: int = 0,
        flash: bytes | None = None,
        strict: Strict | None = None,
        profile: Board | None = None,
        overlay: Mapping[str, bytes] | None = None,
    ) -> None:
        """`flash`: an image to go on with; else `device_dir` is installed, with the files of
        `overlay` (bytes by device path) in place of its own.
        """
        self.device_dir = Path(device_dir or REPO_DEVICE_DIR).resolve()
        self.seed = seed
        self.strict = strict or Strict()
        self.board = profile or Board()
        self.clock = VirtualClock()
        self.lines = Lines(self.clock, self.board.pulls)
        self.pios = Pios(self.clock, self.lines)
        self.chip = Chip(self.clock, lambda: self.reset("watchdog"))
        self.usb = UsbPort()
        self.flash = NorFlash(bytearray(flash or prepared_image(self.device_dir, overlay)))
        self.fs = FileSystem(self.flash)
        self.faults = Faults(self)
        self.ticks_start_ms = WRAP - TICKS_WRAP_AFTER_MS
        self.ticks_start_us = WRAP - TICKS_WRAP_AFTER_MS * 1000
        self.dead_timers = False
        self.boots = 0
        self.cpu = Cpu(self.clock, getcurrent())
        self.program: Program | None = None
        self._random = random.Random(f"picodose {seed}")
        self._adc: dict[int, AdcSource] = {4: 706.0}
        self._device: greenlet | None = None
        self._next_boot: tuple[str, int] = ("power", 0)
        self._running = False
        self.cpu.kill("power")
        self.flash.on_stall = self._flash_stall
        self.flash.on_cut = self.power_cut

    # ------------------------------------------------------------------ World

    @property
    def now_ns(self) -> int:
        """Virtual time in ns."""
        return self.clock.now_ns

    @property
    def console(self) -> bytes:
        """Everything printed since the beginning."""
        return bytes(self.usb.console)

    def run_for(self, ms: float) -> None:
        """Let virtual time pass; StrictError and bench errors come out of here."""
        self._run(self.clock.now_ns + round(ms * NS_PER_MS), None)

    def until(self, predicate: Callable[[], bool], limit_ms: float) -> None:
        """Run until the predicate holds (tried after every event); Stuck after limit_ms."""
        if not self._run(self.clock.now_ns + round(limit_ms * NS_PER_MS), predicate):
            tail = self.console[-CONSOLE_TAIL_BYTES:].decode(errors="replace")
            raise Stuck(f"not within {limit_ms} ms (now {self.now_ns} ns); console:\n{tail}")

    def press(self, button: str, ms: float) -> None:
        """Hold a button (active low) from now for a span; returns at once."""
        line = self.lines[self.board.buttons[button]]
        line.drive(0)
        self.clock.after(round(ms * NS_PER_MS), lambda: line.drive(None))

    def send(self, data: bytes) -> None:
        """The host writes to the serial port."""
        self.usb.send(data)

    def receive(self) -> bytes:
        """What came out of the serial port since the last call."""
        return self.usb.receive()

    def set_adc_mv(self, channel: int, source: AdcSource) -> None:
        """What the ADC pin carries, in millivolts; a function gets the virtual time in ns."""
        self._adc[channel] = source

    def power_cut(self, off_ms: float = 0) -> None:
        """Lose RAM and scratch registers, keep the flash, boot again after off_ms."""
        self.flash.powered = False
        self._restart("power", round(off_ms * NS_PER_MS))

    def reset(self, kind: str) -> None:
        """Reset: "watchdog", "run_pin", "forced" (machine.reset) or "soft"."""
        if kind not in ("watchdog", "run_pin", "forced", "soft"):
            raise ValueError(f"no such reset: {kind}")
        self._restart(kind, 0)

    def flash_image(self) -> bytes:
        """The file system's region of the flash."""
        return bytes(self.flash.data)

    # ------------------------------------------------------------------ for the bench

    def sync(self) -> None:
        """Bring every lazily computed peripheral to now."""
        self.lines.sync()

    def trace(self) -> Recorder:
        """Record the board's signals from now on; see shim.trace for views of the record."""
        recorder = Recorder()
        recorder.attach(self.lines, self.board.signals)
        return recorder

    @property
    def at_repl(self) -> bool:
        """True while the device program has ended and the prompt waits."""
        return self.program is not None and self.program.at_repl

    def adc_mv(self, channel: int) -> float:
        """Millivolts at an ADC input now."""
        source = self._adc.get(channel, 0.0)
        return source(self.clock.now_ns) if callable(source) else source

    def fault(self, name: str, **facts: Any) -> None:
        """Inject a fault by name: see shim.faults.Faults for names and facts."""
        self.faults.inject(name, **facts)

    def running_timers(self) -> set[TimerCore]:
        """The running machine.Timers of this boot."""
        machine = self.program.catalog.modules.get("machine") if self.program else None
        return machine.Timer._running if machine is not None else set()

    def free_heap_bytes(self) -> int:
        """What gc.mem_free() tells."""
        return FREE_HEAP_BYTES

    def random_bytes(self, count: int) -> bytes:
        """Reproducible noise for os.urandom."""
        return self._random.randbytes(count)

    def read_file(self, path: str) -> bytes:
        """A file of the device, read by the bench; while the device is running or not."""
        reader = FileSystem(NorFlash(bytearray(self.flash.data)))
        reader.mount()
        return reader.read_bytes(path)

    # ------------------------------------------------------------------ running

    def _run(self, end_ns: int, predicate: Callable[[], bool] | None) -> bool:
        if self._running:
            raise RuntimeError("the bench is running already")
        self._running = True
        try:
            while predicate is None or not predicate():
                if self.clock.now_ns >= end_ns:
                    return False
                self._run_device(end_ns, predicate)
            return True
        finally:
            self._running = False
            self.lines.sync()

    def _run_device(self, end_ns: int, predicate: Callable[[], bool] | None) -> None:
        if self._device is None:
            self._boot_when_due(end_ns)
            return
        cpu, device = self.cpu, self._device
        cpu.limit_ns, cpu.watch, cpu.hub = end_ns, predicate, getcurrent()
        cpu.bench_tracer = cast("Tracer | None", sys.gettrace())
        device.parent = cpu.hub
        try:
            device.switch()
        except BaseException:
            self._switch_off()
            raise
        finally:
            if sys.gettrace() is not cpu.bench_tracer:
                sys.settrace(cpu.bench_tracer)
        cpu.watch = None

    def _switch_off(self) -> None:
        """A strict mode stopped the program: this board stays dead from here on."""
        self.cpu.kill("stopped by an error of the bench")
        self._device = None
        self._next_boot = ("power", FOREVER_NS)

    def _boot_when_due(self, end_ns: int) -> None:
        kind, boot_ns = self._next_boot
        if boot_ns > end_ns:
            self.clock.step_until(end_ns)
            return
        if boot_ns > self.clock.now_ns:
            self.clock.step_until(boot_ns)
            return
        if kind == "power":
            self.chip.reset(kind)
            self.flash.powered = True
        self.boots += 1
        self.cpu = Cpu(self.clock, getcurrent())
        self.fs = FileSystem(self.flash)
        self.program = Program(self, soft=kind == "soft")
        self._device = greenlet(self.program.run)

    def _restart(self, kind: str, off_ns: int) -> None:
        self.lines.sync()
        device, self._device = self._device, None
        self._next_boot = (kind, self.clock.now_ns + off_ns)
        self.cpu.kill(kind)
        if kind == "soft":
            self.pios.soft_reset()
        else:
            self.pios.reset()
            self.lines.float_all()
            self.usb.reset()
            self.chip.reset(kind)
        self._leave_program(device, kind)

    def _leave_program(self, device: greenlet | None, kind: str) -> None:
        current = getcurrent()
        if device is None or device.dead:
            return
        if current is device:
            raise Reboot(kind)
        device.parent = current
        device.throw(Reboot(kind))

    def _flash_stall(self, span_ns: int) -> None:
        if getcurrent() is self._device:
            self.cpu.stall(span_ns)

    def soft_reboot(self) -> NoReturn:
        """Ctrl-D at the prompt, or sys.exit(): a soft reset asked by the program."""
        self.reset("soft")
        raise AssertionError("a reset does not return")
