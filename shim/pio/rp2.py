"""The `rp2` module of MicroPython 1.27 for one boot of a virtual Pico: StateMachine and PIO.

Behaviour: ports/rp2/rp2_pio.c of that release. Every call first computes the PIO up to now.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Protocol

from shim.clock import VirtualClock
from shim.errors import NotModelled
from shim.lines import Lines
from shim.pio import asm
from shim.pio.block import MACHINES, Pios
from shim.pio.config import from_program, gpio_number
from shim.pio.forced import force
from shim.pio.grid import divider
from shim.pio.machine import Machine
from shim.surface import fill

POLL_NS = 1_000
"""How often a put on a full FIFO or a get on an empty one looks again."""

LONG_POLL_NS = 20_000
"""... once it has looked PATIENT_POLLS times in vain."""

PATIENT_POLLS = 2_000

_KEYWORDS = (
    "in_base", "out_base", "set_base", "jmp_pin", "sideset_base", "in_shiftdir", "out_shiftdir",
    "push_thresh", "pull_thresh",
)  # fmt: skip
_PIN_KEYWORDS = ("in_base", "out_base", "set_base", "jmp_pin", "sideset_base")


class Cpu(Protocol):
    """What this module needs of the processor."""

    call_ns: int  # time of one call
    free_ns: int  # before this instant nothing but an alarm of the clock needs spend()

    def spend(self, dt_ns: int = 0) -> None:
        """Let the time of one call pass, or dt_ns; raises when this boot has ended."""


class Pico(Protocol):
    """What this module needs of the virtual Pico."""

    clock: VirtualClock
    lines: Lines

    @property
    def cpu(self) -> Cpu:
        """This boot's processor."""


class StateMachineBase:
    """One of the eight state machines; made once a number, as on the firmware."""

    _pico: Pico
    _pios: Pios
    _now: Callable[..., None]
    _all: dict[int, StateMachineBase]
    _id: int
    _machine: Machine

    def __new__(cls, id: int, *_args: Any, **_kw: Any) -> Any:
        if not 0 <= id < 2 * MACHINES:
            raise ValueError("invalid StateMachine")
        if id not in cls._all:
            cls._all[id] = object.__new__(cls)
            cls._all[id]._id = id
            cls._all[id]._machine = cls._pios.machine(id)
        return cls._all[id]

    def __init__(self, id: int, *args: Any, **kw: Any) -> None:
        if args or kw:
            self.init(*args, **kw)

    def init(self, prog: list[Any], freq: int = -1, **kw: Any) -> None:
        """Stop, load the program if need be, clear FIFOs and hidden state, set up and take pins.

        X, Y and OSR keep their values. Raises OSError(ENOMEM) when the program does not fit,
        ValueError for a freq (Hz) outside the divider's range.
        """
        unknown = set(kw) - set(_KEYWORDS)
        if unknown:
            raise TypeError(f"extra keyword arguments given: {sorted(unknown)}")
        number = self._id
        self._now()
        offset = self._load(prog)
        div = divider(freq, self._pios.sysclk_hz)
        keywords = {name: kw.get(name) for name in _KEYWORDS}
        for name in _PIN_KEYWORDS:
            if keywords[name] is not None:
                keywords[name] = gpio_number(keywords[name])
        config = from_program(prog, offset, keywords)
        self._pios.configure(number, config, div, range(offset, offset + len(prog[asm.DATA])))

    def _load(self, prog: list[Any]) -> int:
        slot = asm.OFFSET_PIO0 + self._id // MACHINES
        if prog[slot] < 0:
            _refuse_jump_outside(prog[asm.DATA])
            prog[slot] = self._machine.block.add_program(prog[asm.DATA])
        offset: int = prog[slot]
        self._machine.initial_pc = offset
        return offset

    def active(self, value: Any = None) -> bool:
        """Start or stop; neither touches FIFOs, registers or the rest of a delay."""
        self._now()
        if value is not None:
            self._pios.set_active(self._id, bool(value))
        return self._machine.enabled

    def restart(self) -> None:
        """Clear shift counters, ISR, delay and stall, go to the program's start; FIFOs stay."""
        self._now()
        self._machine.settle()
        self._machine.restart(self._machine.initial_pc)

    def exec(self, instr: str | int) -> None:
        """Execute one instruction at once: its source, or its word."""
        self._now()
        machine = self._machine
        if isinstance(instr, str):
            config = machine.config
            instr = asm.asm_pio_encode(instr, config.side_bits, config.side_optional)
        read = machine.hidden.get(instr)
        if read is not None and machine.stalled and machine.stall_watch is not None:
            if machine.latched is None and len(machine.rx) < machine.rx_depth:
                read(machine)  # it waits for a pin and goes on waiting
                return
        if not machine.stalled:
            machine.settle()
        force(machine, instr & 0xFFFF)

    def put(self, value: Any, shift: int = 0) -> None:
        """Words into the TX FIFO; waits while it is full."""
        machine = self._machine
        for word in (value,) if isinstance(value, int) else _words(value):
            polls = 0
            self._now()
            while len(machine.tx) >= machine.tx_depth:
                polls = self._wait(polls)
                self._now()
            machine.put(word << shift & 0xFFFFFFFF)

    def get(self, buf: Any = None, shift: int = 0) -> Any:
        """A word from the RX FIFO, or a buffer full of them; waits while it is empty."""
        if buf is None:
            self._now()
            machine, polls = self._machine, 0
            while not machine.rx:
                polls = self._wait(polls)
                self._now()
            return machine.get() >> shift
        item_bits = 8 * memoryview(buf).itemsize
        for n in range(len(buf)):
            buf[n] = self.get(None, shift) & (1 << item_bits) - 1
        return buf

    def rx_fifo(self) -> int:
        """Words waiting for the CPU."""
        self._now()
        return len(self._machine.rx)

    def tx_fifo(self) -> int:
        """Words waiting for the machine."""
        self._now()
        return len(self._machine.tx)

    def irq(self, handler: Any = None, trigger: int = 1, hard: bool = False) -> None:
        """Only the call that registers nothing has a model."""
        _refuse_handler(handler)

    def _wait(self, polls: int) -> int:
        self._pico.cpu.spend(POLL_NS if polls < PATIENT_POLLS else LONG_POLL_NS)
        return polls + 1

    def __repr__(self) -> str:
        return f"StateMachine({self._id})"


class PioBase:
    """One PIO block."""

    _pico: Pico
    _pios: Pios
    _state_machine: type[StateMachineBase]

    IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH = range(4)
    SHIFT_LEFT, SHIFT_RIGHT = range(2)
    JOIN_NONE, JOIN_TX, JOIN_RX = range(3)
    IRQ_SM0, IRQ_SM1, IRQ_SM2, IRQ_SM3 = 0x100, 0x200, 0x400, 0x800

    def __init__(self, id: int) -> None:
        if not 0 <= id < 2:
            raise ValueError("invalid PIO")
        self._id = id

    def add_program(self, prog: list[Any]) -> None:
        """Load a program; raises OSError(ENOMEM) when it does not fit."""
        self._pios.sync_now()
        block = self._pios.blocks[self._id]
        prog[asm.OFFSET_PIO0 + self._id] = block.add_program(prog[asm.DATA])

    def remove_program(self, prog: list[Any] | None = None) -> None:
        """Free one program's instruction memory, or all of it."""
        self._pios.sync_now()
        block = self._pios.blocks[self._id]
        if prog is None:
            block.remove_program(0, 32)
            return
        slot = asm.OFFSET_PIO0 + self._id
        if prog[slot] < 0:
            raise ValueError("prog not in instruction memory")
        block.remove_program(prog[slot], len(prog[asm.DATA]))
        prog[slot] = -1

    def state_machine(self, id: int, *args: Any, **kw: Any) -> StateMachineBase:
        """State machine 0..3 of this block, initialised if a program is given."""
        if not 0 <= id < MACHINES:
            raise ValueError("invalid StateMachine")
        return self._state_machine(self._id * MACHINES + id, *args, **kw)

    def irq(self, handler: Any = None, trigger: int = 0xF00, hard: bool = False) -> None:
        """Only the call that registers nothing has a model."""
        _refuse_handler(handler)

    def __repr__(self) -> str:
        return f"PIO({self._id})"


def _now_of(pico: Pico, pios: Pios) -> Callable[[StateMachineBase], None]:
    """What every register access begins with: its own time passes, then the PIO is computed."""
    cpu, sync, clock, quiet = pico.cpu, pios.sync, pios.clock, pios.quiet
    spend, call_ns = cpu.spend, cpu.call_ns

    def now(_machine: StateMachineBase) -> None:
        t_ns = clock.now_ns + call_ns
        if t_ns < clock.first_ns and t_ns < cpu.free_ns:
            clock.now_ns = t_ns
        else:
            spend()
            t_ns = clock.now_ns
        if t_ns >= quiet.until_ns:
            sync(t_ns)

    return now


def _refuse_handler(handler: Any) -> None:
    if handler is not None:
        raise NotModelled("PIO interrupt handlers have no model: PIO time is lazy")


def _refuse_jump_outside(words: Sequence[int]) -> None:
    """A label behind the last instruction: the firmware would run whatever lies there."""
    if any(word >> 13 == 0 and word & 31 >= len(words) for word in words):
        raise NotModelled("jmp to a label behind the program's last instruction has no model")


def _words(value: Any) -> Sequence[int]:
    if isinstance(value, array) and value.typecode not in "BHI":
        raise ValueError("unsupported buffer type")
    return memoryview(value).tolist()


def make_rp2_module(pico: Pico, pios: Pios | None = None) -> ModuleType:
    """A fresh `rp2` for one boot. `pios` is the Pico's hardware (made here if not given).

    Names of the firmware that have no model (DMA, Flash, bootsel_button, country) are there and
    raise NotModelled, a NotImplementedError, when called.
    """
    if pios is None:
        pios = Pios(pico.clock, pico.lines)
    shared: dict[str, Any] = {"_pico": pico, "_pios": pios, "__module__": "rp2"}
    shared["_now"] = _now_of(pico, pios)
    state_machine = type("StateMachine", (StateMachineBase,), {**shared, "_all": {}})
    pio = type("PIO", (PioBase,), {**shared, "_state_machine": state_machine})
    module = ModuleType("rp2")
    names: dict[str, Any] = {
        "StateMachine": state_machine,
        "PIO": pio,
        "PIOASMEmit": asm.PIOASMEmit,
        "PIOASMError": asm.PIOASMError,
        "asm_pio": asm.asm_pio,
        "asm_pio_encode": asm.asm_pio_encode,
        "const": lambda value: value,
        "_pio_funcs": asm.OPERANDS,
        "_pio_directives": asm.DIRECTIVES,
        "_pio_instructions": asm.INSTRUCTIONS,
    }
    vars(module).update(fill("rp2", names))
    return module
