"""One emulated RP2040 with the official firmware, run synchronously in virtual time.

The emulator package is meant to run free against the wall clock.  Here the same objects are
driven step by step: no threads, no event loop, the same input gives the same nanoseconds.
Its defects are worked around on the instance (usb.py, pio_pacing.py, pads.py, flash.py); no
file of the package and no byte of the firmware is changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from rp2040py.boards import BOARDS, resolve_firmware
from rp2040py.device import MicroPythonDevice, ResetCause
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.utils.logging import LogLevel

from shim.emulated import firmware, image
from shim.emulated.flash import Flash
from shim.emulated.pio_pacing import PioPacing
from shim.emulated.usb import UsbConsole

try:
    from picodose_batch import Batch  # type: ignore[import-not-found]  # tools/native.py makes it
except ImportError:
    from shim.emulated.plain_batch import Batch

EMULATOR_VERSION = "0.3.6"  # the hooks reach into private parts of exactly this version
CYCLE_NS = 8  # 125 MHz, hard-wired in the emulator
_BATCH = 100_000  # instructions between two looks at the wall clock
_PSM_WDSEL = 0x08
_ALL_BUT_OSCILLATORS = 0x1FFFC  # PSM domains without ROSC and XOSC
_WATCHDOG_REASON = {"watchdog": 1, "forced": 2}  # WATCHDOG.REASON: timer ran out, trigger bit


class WallLimit(AssertionError):
    """The emulation used more wall time than allowed; the text says where it was."""


class Chip:
    """From power-on to power-off of one RP2040.

    `littlefs` is the content of the file system's region; without it the disk is blank.
    `wall_limit_s` bounds one call of `run_to_ns`.
    """

    def __init__(self, littlefs: bytes | None = None) -> None:
        if version("rp2040py") != EMULATOR_VERSION:
            raise RuntimeError(f"rp2040py {version('rp2040py')} found, need {EMULATOR_VERSION}")
        board = resolve_firmware(BOARDS["pico_w"], "micropython", str(firmware.path()))
        self.device = MicroPythonDevice(board=board, log_level=LogLevel.ERROR)
        self.mcu: Any = self.device.mcu
        self.clock: Any = self.device.simulator.clock
        self.batch: Any = Batch(self.device.simulator)
        self.wall_limit_s = 120.0
        self.on_stop: list[Callable[[], None]] = []  # called whenever the batch loop comes back
        self._stop_alarm = self.clock.create_alarm(self.stop)
        if littlefs is not None:
            self.mcu.flash[image.FS_START : image.FS_START + len(littlefs)] = littlefs
        self.pacing = PioPacing(self.mcu, self.clock)
        self.flash = Flash(self)
        self.usb = UsbConsole(self.mcu, self.clock, self.device.cdc)
        self.mcu.core.pc = FLASH_START_ADDRESS

    @property
    def now_ns(self) -> int:
        """Virtual time since this chip got power, in ns."""
        return int(self.clock.nanos)

    @property
    def power_lost(self) -> bool:
        """True once a scheduled cut inside a flash operation has happened."""
        return self.flash.power_lost

    def stop(self) -> None:
        """End the running batch after the present instruction."""
        self.batch.stopped = True

    def run_to_ns(self, end_ns: int) -> None:
        """Run until `end_ns` (rounded up to the 8 ns grid) or until the power is lost.

        Raises WallLimit when the host needed more than `wall_limit_s` for it.
        """
        started = time.monotonic()
        end_ns = -(-end_ns // CYCLE_NS) * CYCLE_NS
        while self.now_ns < end_ns and not self.power_lost:
            self._stop_alarm.schedule(end_ns - self.now_ns)
            self._run_batches(started + self.wall_limit_s)
            for hook in self.on_stop:
                hook()

    def skip_to_ns(self, end_ns: int) -> None:
        """Let time pass while the CPU executes nothing, as during a flash operation.

        Alarms fire and PIO runs; interrupts stay pending.  A stop request ends it early.
        """
        while self.now_ns < end_ns and not self.batch.stopped:
            left_ns = end_ns - self.now_ns
            if self.clock.has_scheduled_alarm:
                left_ns = min(left_ns, self.clock.nanos_to_next_alarm)
            self.clock.tick(left_ns)
            for pio in self.mcu.pio:
                if not pio.stopped:
                    pio.advance(int(left_ns / CYCLE_NS) or 1)

    def step(self) -> None:
        """Execute one CPU instruction, or jump to the next alarm when the CPU sleeps."""
        self.batch.stopped = False
        if self.mcu.core.waiting:
            self.skip_to_ns(self.now_ns + max(CYCLE_NS, int(self.clock.nanos_to_next_alarm)))
            return
        cycles = self.mcu.core.execute_instruction()
        self.clock.tick(cycles * float(CYCLE_NS))
        for pio in self.mcu.pio:
            if not pio.stopped:
                pio.advance(cycles)

    def reset(self, kind: str) -> None:
        """Reset the chip: "run_pin", "watchdog" (its timer ran out) or "forced" (machine.reset).

        Flash and the bits in SRAM stay.  A soft reset is the interpreter's own business and
        cannot be given from outside: ValueError.
        """
        if kind == "run_pin":
            self.device.hard_reset(cause=ResetCause.RUN_PIN)
        elif kind in _WATCHDOG_REASON:
            self.mcu.watchdog._reason = _WATCHDOG_REASON[kind]
            # as the firmware's watchdog_enable() selects
            self.mcu.psm.write_uint32(_PSM_WDSEL, _ALL_BUT_OSCILLATORS)
            self.device.hard_reset(cause=ResetCause.WATCHDOG)
        else:
            raise ValueError(f"reset {kind!r}: the emulated chip knows run_pin, watchdog, forced")

    def _run_batches(self, wall_end_s: float) -> None:
        self.batch.stopped = False
        while not self.batch.stopped:
            self.batch.run(_BATCH)
            if time.monotonic() > wall_end_s:
                self.stop()
                raise WallLimit(
                    f"{self.wall_limit_s} s of wall time at virtual {self.now_ns / 1e6:.3f} ms, "
                    f"pc={self.mcu.core.pc:#x}, console ends {bytes(self.usb.console[-300:])!r}"
                )
