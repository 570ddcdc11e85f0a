"""What the firmware does from reset to prompt: mount, boot.py, main.py, REPL."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from shim.clock import NS_PER_MS
from shim.cpu import FOREVER_NS
from shim.errors import Reboot
from shim.loader import Loader
from shim.modules import files, streams, system
from shim.modules.catalog import Catalog

if TYPE_CHECKING:
    from shim.virtual_pico import VirtualPico

START_NS = 20 * NS_PER_MS
"""Boot ROM, second stage and interpreter start, before boot.py; a plain assumption."""

BANNER = (
    b"MicroPython v1.27.0 on 2025-12-09; Raspberry Pi Pico with RP2040\r\n"
    b'Type "help()" for more information.\r\n>>> '
)
CTRL_D = 4


class Program:
    """One run of the firmware, from a reset to the next."""

    def __init__(self, pico: VirtualPico, soft: bool) -> None:
        self.at_repl = False
        self.formatted = False
        self._pico = pico
        self._soft = soft
        self.catalog = Catalog(pico, self.show)
        extra: dict[str, Any] = {"open": files.make_open(pico), "print": self._print}
        extra.update(pico.strict.builtins())
        transform = pico.strict.transform()
        self.loader = Loader(pico.fs, self.catalog, extra, pico.device_dir, transform)
        pico.cpu.report = self._report
        pico.usb.on_input = self._wake
        pico.usb.on_interrupt = pico.cpu.interrupt_from_keyboard

    def run(self) -> None:
        """The body of the device's greenlet."""
        cpu = self._pico.cpu
        try:
            if not self._soft:
                cpu.sleep_until(cpu.clock.now_ns + START_NS)
            self._pico.usb.attached = True
            self.formatted = self._pico.fs.mount_or_format()
            self._trace()
            try:
                self._run_files()
            finally:
                self._untrace()
            self._prompt()
        except Reboot:
            return

    def _run_files(self) -> None:
        for path in ("boot.py", "main.py"):
            try:
                self.loader.run_main(path)
            except SystemExit:
                self._pico.soft_reboot()
            except (Exception, KeyboardInterrupt) as error:
                self._write(self.show(error).replace("\n", "\r\n").encode())

    def _prompt(self) -> None:
        cpu, usb = self._pico.cpu, self._pico.usb
        self.at_repl = True
        usb.interrupt_char = -1
        self._write(BANNER)
        while True:
            typed = usb.read(1 << 16)
            self._write(b"\r\n>>> " * typed.count(b"\r"))  # what is typed is not run here
            if CTRL_D in typed:
                self._write(b"\r\nMPY: soft reboot\r\n")
                self._pico.soft_reboot()
            if not usb.readable():
                cpu.wait_event(FOREVER_NS)

    # ------------------------------------------------------------------ console

    def show(self, error: BaseException) -> str:
        """An exception as MicroPython prints it."""
        return system.traceback_text(error, self.loader.device_path)

    def _write(self, data: bytes) -> None:
        self._pico.usb.write(data, self._pico.cpu)

    def _report(self, title: str, error: BaseException) -> None:
        text = (f"{title}\n" if title else "") + self.show(error)
        self._pico.usb.write(text.replace("\n", "\r\n").encode(), None)

    def _print(self, *values: Any, sep: str = " ", end: str = "\n", file: Any = None) -> None:
        text = sep.join(str(value) for value in values) + end
        if file is None:
            streams.TextStream(self._pico).write(text)
        else:
            file.write(text)

    def _wake(self) -> None:
        self._pico.cpu.wake()

    # ------------------------------------------------------------------ tracing

    def _trace(self) -> None:
        tracer = self._pico.strict.tracer(self._pico, self.loader.device_path)
        if tracer is not None:
            self._pico.cpu.tracer = tracer
            sys.settrace(tracer)

    def _untrace(self) -> None:
        if self._pico.cpu.tracer is not None:
            sys.settrace(self._pico.cpu.bench_tracer)
            self._pico.cpu.tracer = None
