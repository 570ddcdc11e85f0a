"""Strict modes by tracing: the interrupt between any two bytecodes, the power cut at any line."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from shim.modules.timer import next_hard_ns

if TYPE_CHECKING:
    from shim.cpu import Tracer
    from shim.strict import Strict
    from shim.virtual_pico import VirtualPico


class ProgramTracer:
    """The trace function of one boot; counts go on in the Strict object across boots."""

    def __init__(
        self, strict: Strict, pico: VirtualPico, device_path: Callable[[str], str | None]
    ) -> None:
        self._strict = strict
        self._pico = pico
        self._device_path = device_path
        self._wanted: dict[Any, str] = {}

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Tracer | None:
        """Called for every new frame: trace lines of device code, opcodes where preempted."""
        if not self._strict.traces:
            return None
        code = frame.f_code
        if code not in self._wanted:
            self._wanted[code] = self._kind(self._device_path(code.co_filename))
        kind = self._wanted[code]
        if not kind:
            return None
        if "o" in kind:
            frame.f_trace_opcodes = True
        if "l" not in kind:
            frame.f_trace_lines = False
        return self._local

    def _kind(self, path: str | None) -> str:
        if path is None:
            return ""
        folder = self._strict.preempt_folder
        opcodes = folder is not None and path.startswith(folder)
        lines = self._strict.count_lines
        return ("o" if opcodes else "") + ("l" if lines else "")

    def _local(self, frame: FrameType, event: str, arg: Any) -> Tracer:
        if event == "line":
            self._line()
        elif event == "opcode":
            self._opcode()
            frame.f_trace_opcodes = self._strict.preempt_folder is not None
        return self._local

    def _line(self) -> None:
        strict = self._strict
        strict.lines += 1
        if strict.lines == strict.cut_at_line:
            self._pico.power_cut()

    def _opcode(self) -> None:
        strict = self._strict
        if self._pico.cpu.in_isr or self._pico.cpu.masked:
            return
        strict.opcodes += 1
        if strict.preempt_at is not None and strict.preempt_at(strict.opcodes):
            self._fire()

    def _fire(self) -> None:
        due_ns = next_hard_ns(self._pico.running_timers())
        if due_ns is not None:
            self._strict.preemptions += 1
            self._pico.clock.run_until(max(due_ns, self._pico.clock.now_ns))
