"""EmulatedPico: a board with the official firmware, as a world for scenarios and plant.

It offers what VirtualPico offers (shim.world.World), so that a test runs on either.  The
chip is replaced at every power cut; lines, sources, listeners and the console go on.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from pathlib import Path

from shim.emulated.chip import Chip
from shim.emulated.image import installed_image
from shim.emulated.irq_meter import IrqMeter
from shim.emulated.lines import EmulatedLines
from shim.errors import Stuck
from shim.world import AdcSource, Board

ADC_FULL_SCALE_MV = 3300
_ADC_STEPS = 4096
_MS = 1_000_000
_POLL_NS = _MS  # how often `until` looks at its predicate
_TAIL_BYTES = 600
ROOM_MV = 706.0  # the temperature sensor at 27 degrees
NO_LATE_STEPS = 1  # the emulator counts one step late when a machine is first enabled


class EmulatedPico:
    """A bench board in virtual time.

    Starts from the pump's device folder, installed as on a board, or from any file system
    image (`flash`); with neither it has the firmware and an empty disk.
    """

    def __init__(
        self,
        device_dir: Path | None = None,
        *,
        flash: bytes | None = None,
        profile: Board | None = None,
    ) -> None:
        self.board = profile or Board()
        self.lines = EmulatedLines(self.board.pulls, lambda: self.now_ns)
        self.power_cuts = 0
        self._origin_ns = 0  # world time at which the present chip got power
        self._old_console = b""
        self._received = 0
        self._drops = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self._adc: dict[int, AdcSource] = {4: ROOM_MV}
        self._power_on(flash if device_dir is None else installed_image(device_dir))

    # --- time ---------------------------------------------------------------------------
    @property
    def now_ns(self) -> int:
        """World time in ns since the first power-on."""
        return self._origin_ns + self.chip.now_ns

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` at world time t_ns (not before now); same instants in order of asking."""
        if t_ns < self.now_ns:
            raise ValueError(f"t_ns={t_ns} is past (now {self.now_ns})")
        heapq.heappush(self._events, (t_ns, next(self._order), fn))

    def run_for(self, ms: float) -> None:
        """Let `ms` of virtual time pass; a scheduled power cut on the way is carried out."""
        end_ns = self.now_ns + round(ms * _MS)
        while self.now_ns < end_ns:
            stop_ns = min(end_ns, self._events[0][0]) if self._events else end_ns
            self.chip.run_to_ns(stop_ns - self._origin_ns)
            if self.chip.power_lost:
                self.power_cut()
            while self._events and self._events[0][0] <= self.now_ns:
                heapq.heappop(self._events)[2]()

    def until(self, predicate: Callable[[], bool], limit_ms: float) -> None:
        """Run until `predicate()` holds (looked at every ms); raises Stuck after `limit_ms`."""
        end_ns = self.now_ns + round(limit_ms * _MS)
        while not predicate():
            if self.now_ns >= end_ns:
                tail = self.console[-_TAIL_BYTES:]
                raise Stuck(f"not within {limit_ms} ms; console ends {tail!r}")
            self.run_for(_POLL_NS / _MS)

    def stall(self, ms: float) -> None:
        """The CPU stands still for `ms` with interrupts pending, as in a flash operation."""
        end_ns = self.chip.now_ns + round(ms * _MS)
        self.chip.batch.stopped = False
        self.chip.skip_to_ns(end_ns)

    # --- what a person and a host do ------------------------------------------------------
    @property
    def console(self) -> bytes:
        """Everything printed since the first power-on."""
        return self._old_console + bytes(self.chip.usb.console)

    def send(self, data: bytes) -> None:
        """Write to the USB port; the firmware gets it as fast as it takes it."""
        self.chip.usb.send(data)

    def receive(self) -> bytes:
        """What the firmware printed since the last call."""
        new = self.console[self._received :]
        self._received += len(new)
        return new

    @property
    def connected(self) -> bool:
        """True once the host has enumerated the port of the present chip."""
        return self.chip.usb.connections > 0

    def press(self, button: str, ms: float) -> None:
        """Hold "patient" or "service" down from now on for `ms`; returns at once."""
        line = self.lines[self.board.buttons[button]]
        line.drive(0)
        self.at(self.now_ns + round(ms * _MS), lambda: line.drive(None))

    def set_adc_mv(self, channel: int, source: AdcSource) -> None:
        """Millivolts at an ADC pin (channel 0 is GPIO26): a number or a function of t_ns."""
        self._adc[channel] = source

    # --- power and reset ------------------------------------------------------------------
    def power_cut(self, off_ms: float = 0) -> None:
        """Take the power away for `off_ms`: flash stays (a running operation is torn)."""
        flash = self.chip.flash.after_power_cut()
        self._old_console = self.console
        self._drops = self.pio_drops
        self.power_cuts += 1
        cut_ns = self.now_ns
        self.lines.disconnect()
        self._power_on(flash, origin_ns=cut_ns + round(off_ms * _MS))

    def cut_power_at_flash_op(self, op: int, fraction: float) -> None:
        """Cut the power inside the `op`-th flash operation from now, `fraction` of it done."""
        self.chip.flash.cut_at(op, fraction)

    def reset(self, kind: str) -> None:
        """Reset: "run_pin", "watchdog" (its timer ran out) or "forced" (machine.reset)."""
        self.chip.reset(kind)

    def flash_image(self) -> bytes:
        """The file system's region of the flash, 848 KiB."""
        return self.chip.flash.region()

    # --- what only an emulator can tell ---------------------------------------------------
    def irq_meter(self) -> IrqMeter:
        """Context manager that measures every timer interrupt of the present chip."""
        return IrqMeter(self.chip)

    @property
    def pio_drops(self) -> int:
        """PIO steps that the emulator made late; more than one spoils a measurement."""
        return max(self._drops, self.chip.pacing.drops)

    def check(self, late_steps: int = NO_LATE_STEPS) -> None:
        """Raise AssertionError when an interrupt handler died or PIO timing was spoilt."""
        assert b"Uncaught exception" not in self.console, self.console[-_TAIL_BYTES:]
        assert self.pio_drops <= late_steps, f"{self.pio_drops} PIO steps were late"

    def _power_on(self, littlefs: bytes | None, origin_ns: int = 0) -> None:
        self.chip = Chip(littlefs)
        self._origin_ns = origin_ns
        adc = self.chip.mcu.adc
        convert = adc.on_adc_read

        def read(channel: int) -> None:
            adc.channel_values[channel] = self._adc_counts(channel)
            convert(channel)

        adc.on_adc_read = read
        self.lines.connect(self.chip.mcu.gpio, self.chip.pacing.feed)
        self.chip.usb.on_reset.append(self.lines.refresh)

    def _adc_counts(self, channel: int) -> int:
        source = self._adc.get(channel, 0.0)
        millivolts = source(self.now_ns) if callable(source) else source
        return max(0, min(_ADC_STEPS - 1, int(millivolts * _ADC_STEPS / ADC_FULL_SCALE_MV)))
