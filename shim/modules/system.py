"""The modules `sys`, `micropython` and `gc` of one boot."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

from shim.modules.context import Pico
from shim.modules.streams import TextStream

HEAP_BYTES = 233_024
"""gc.mem_free() + gc.mem_alloc() of this firmware."""


class Implementation(NamedTuple):
    """sys.implementation; `_machine` and `_mpy` of the firmware are its third and fourth item."""

    name: str
    version: tuple[int, int, int, str]
    machine: str
    mpy: int


def traceback_text(error: BaseException, device_path: Callable[[str], str | None]) -> str:
    """What MicroPython prints for an exception: the frames of device code only."""
    lines = ["Traceback (most recent call last):"]
    for frame in traceback.extract_tb(error.__traceback__):
        path = device_path(frame.filename)
        if path is not None:
            lines.append(f'  File "{path}", line {frame.lineno}, in {frame.name}')
    text = str(error)
    lines.append(f"{type(error).__name__}: {text}" if text else f"{type(error).__name__}: ")
    return "\n".join(lines) + "\n"


def make_sys(
    pico: Pico, modules: dict[str, ModuleType], path: list[str], show: Callable[..., str]
) -> dict[str, Any]:
    """The names of `sys`; `show` turns an exception into text."""
    stdin, stdout, stderr = TextStream(pico), TextStream(pico), TextStream(pico)

    def print_exception(error: BaseException, file: Any = stdout) -> None:
        file.write(show(error))

    def exit(code: Any = 0) -> NoReturn:
        raise SystemExit(code)

    build = "Raspberry Pi Pico with RP2040"
    return {
        "stdin": stdin,
        "stdout": stdout,
        "stderr": stderr,
        "print_exception": print_exception,
        "exit": exit,
        "modules": modules,
        "path": path,
        "argv": [],
        "implementation": Implementation("micropython", (1, 27, 0, ""), build, 0x1306),
        "version": "3.4.0; MicroPython v1.27.0 on 2025-12-09",
        "version_info": (3, 4, 0),
    }


def make_micropython(pico: Pico) -> dict[str, Any]:
    """The names of `micropython` that have a model."""

    def schedule(function: Callable[[Any], Any], arg: Any) -> None:
        pico.cpu.alive()
        if not pico.cpu.schedule(function, arg):
            raise RuntimeError("schedule queue full")

    def kbd_intr(char: int) -> None:
        pico.usb.interrupt_char = char

    heap_locks = [0]

    def heap_lock() -> None:
        heap_locks[0] += 1

    def heap_unlock() -> int:
        heap_locks[0] = max(heap_locks[0] - 1, 0)
        return heap_locks[0]

    return {
        "const": lambda value: value,
        "schedule": schedule,
        "kbd_intr": kbd_intr,
        "alloc_emergency_exception_buf": lambda _size: None,
        "heap_lock": heap_lock,
        "heap_unlock": heap_unlock,
        "opt_level": lambda _level=0: 0,
    }


def make_gc(pico: Pico) -> dict[str, Any]:
    """The names of `gc`: a collector that is always done, and a constant heap."""
    enabled = [True]

    def switch(on: bool) -> Callable[[], None]:
        def turn() -> None:
            enabled[0] = on

        return turn

    return {
        "collect": lambda: 0,
        "enable": switch(True),
        "disable": switch(False),
        "isenabled": lambda: enabled[0],
        "mem_free": pico.free_heap_bytes,
        "mem_alloc": lambda: HEAP_BYTES - pico.free_heap_bytes(),
        "threshold": lambda _amount=-1: None,
    }
