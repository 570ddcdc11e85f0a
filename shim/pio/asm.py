"""The PIO assembler of MicroPython's `rp2` module: `asm_pio`, `asm_pio_encode`, `PIOASMError`.

Encodings: RP2040 datasheet, section 3.4. The program object is the eight-field list that
`StateMachine.init` of MicroPython 1.27 reads; its layout is fixed by that firmware.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from types import FunctionType
from typing import Any

DATA, OFFSET_PIO0, OFFSET_PIO1, EXECCTRL, SHIFTCTRL, OUT_PINS, SET_PINS, SIDE_PINS = range(8)

JMP, WAIT, IN, OUT, PUSH, MOV, IRQ, SET = (n << 13 for n in range(8))
PULL = PUSH | 0x80
NOP = 0xA042  # mov(y, y)

Operand = Callable[[int], int]

OPERANDS: dict[str, int | Operand] = {
    "gpio": 0,
    "pins": 0,
    "x": 1,
    "y": 2,
    "null": 3,
    "pindirs": 4,
    "pc": 5,
    "status": 5,
    "isr": 6,
    "osr": 7,
    "exec": 8,  # 4 in mov, 7 in out
    "invert": lambda source: source | 0x08,
    "reverse": lambda source: source | 0x10,
    "not_x": 1,
    "x_dec": 2,
    "not_y": 3,
    "y_dec": 4,
    "x_not_y": 5,
    "pin": 6,
    "not_osre": 7,
    "noblock": 0x01,
    "block": 0x21,
    "iffull": 0x40,
    "ifempty": 0x40,
    "clear": 0x40,
    "rel": lambda index: index | 0x10,
}
DIRECTIVES = ("wrap_target", "wrap", "label")
INSTRUCTIONS = (
    "word", "nop", "jmp", "wait", "in_", "out", "push", "pull", "mov", "irq", "set",
)  # fmt: skip


class PIOASMError(Exception):
    """The program cannot be encoded."""


def _bit_count(count: int) -> int:
    if not 0 < count <= 32:
        raise PIOASMError(f"invalid bit count {count}")
    return count & 0x1F


class PIOASMEmit:
    """Runs a program function twice: pass 0 finds labels and counts, pass 1 writes words."""

    def __init__(
        self,
        *,
        out_init: Any = None,
        set_init: Any = None,
        sideset_init: Any = None,
        side_pindir: bool = False,
        in_shiftdir: int = 0,
        out_shiftdir: int = 0,
        autopush: bool = False,
        autopull: bool = False,
        push_thresh: int = 32,
        pull_thresh: int = 32,
        fifo_join: int = 0,
    ) -> None:
        shiftctrl = fifo_join << 30 | (pull_thresh & 31) << 25 | (push_thresh & 31) << 20
        shiftctrl |= out_shiftdir << 19 | in_shiftdir << 18 | autopull << 17 | autopush << 16
        words: array[int] = array("H")
        execctrl = int(side_pindir) << 29
        self.prog: list[Any] = [
            words,
            -1,
            -1,
            execctrl,
            shiftctrl,
            out_init,
            set_init,
            sideset_init,
        ]
        self.labels: dict[str, int] = {}
        self.wrap_used = False
        self.pass_ = self.num_instr = self.num_sideset = 0
        self.sideset_opt = False
        self.delay_max = 31
        if sideset_init is None:
            self.sideset_count = 0
        else:
            self.sideset_count = 1 if isinstance(sideset_init, int) else len(sideset_init)

    def start_pass(self, pass_: int) -> None:
        """Begin pass 0 or 1; pass 1 knows whether every instruction had a side-set."""
        if pass_ == 1:
            if not self.wrap_used and self.num_instr:
                self.wrap()
            self._size_delay_field()
        self.pass_ = pass_
        self.num_instr = self.num_sideset = 0

    def _size_delay_field(self) -> None:
        if self.sideset_count:
            self.sideset_opt = self.num_sideset != self.num_instr
            if self.sideset_opt:
                self.prog[EXECCTRL] |= 1 << 30
                self.sideset_count += 1
        self.delay_max = 31 >> self.sideset_count

    def __getitem__(self, cycles: int) -> PIOASMEmit:
        return self.delay(cycles)

    def delay(self, cycles: int) -> PIOASMEmit:
        """Idle cycles after the instruction just emitted."""
        if self.pass_ > 0:
            if cycles > self.delay_max:
                raise PIOASMError("delay too large")
            self.prog[DATA][-1] |= cycles << 8
        return self

    def side(self, value: int) -> PIOASMEmit:
        """Side-set value of the instruction just emitted."""
        self.num_sideset += 1
        if self.pass_ > 0:
            if self.sideset_count == 0:
                raise PIOASMError("no sideset")
            if value >= 1 << self.sideset_count:
                raise PIOASMError("sideset too large")
            self.prog[DATA][-1] |= self.sideset_opt << 12 | value << 13 - self.sideset_count
        return self

    def wrap_target(self) -> None:
        self.prog[EXECCTRL] |= self.num_instr << 7

    def wrap(self) -> None:
        assert self.num_instr
        self.prog[EXECCTRL] |= (self.num_instr - 1) << 12
        self.wrap_used = True

    def label(self, label: str) -> None:
        if self.pass_ == 0:
            if label in self.labels:
                raise PIOASMError(f"duplicate label {label}")
            self.labels[label] = self.num_instr

    def word(self, instr: int, label: str | None = None) -> PIOASMEmit:
        """Emit one word; a label's address goes into the low five bits."""
        self.num_instr += 1
        if self.pass_ > 0:
            if label is not None and label not in self.labels:
                raise PIOASMError(f"unknown label {label}")
            self.prog[DATA].append(instr | (0 if label is None else self.labels[label]))
        return self

    def nop(self) -> PIOASMEmit:
        return self.word(NOP)

    def jmp(self, cond: Any, label: str | None = None) -> PIOASMEmit:
        if label is None:
            return self.word(JMP, cond)
        return self.word(JMP | cond << 5, label)

    def wait(self, polarity: int, src: Any, index: int) -> PIOASMEmit:
        # `src` is the operand gpio (0), the operand pin (6) or the method irq.
        code = {0: 0, 6: 1}.get(src, 2) if isinstance(src, int) else 2
        return self.word(WAIT | polarity << 7 | code << 5 | index)

    def in_(self, src: int, data: int) -> PIOASMEmit:
        return self.word(IN | src << 5 | _bit_count(data))

    def out(self, dest: int, data: int) -> PIOASMEmit:
        return self.word(OUT | (7 if dest == 8 else dest) << 5 | _bit_count(data))

    def push(self, value: int = 0, value2: int = 0) -> PIOASMEmit:
        return self.word(PUSH | _fifo_flags(value | value2))

    def pull(self, value: int = 0, value2: int = 0) -> PIOASMEmit:
        return self.word(PULL | _fifo_flags(value | value2))

    def mov(self, dest: int, src: int) -> PIOASMEmit:
        return self.word(MOV | (4 if dest == 8 else dest) << 5 | src)

    def irq(self, mod: int, index: int | None = None) -> PIOASMEmit:
        if index is None:
            mod, index = 0, mod
        return self.word(IRQ | mod & 0x60 | index)

    def set(self, dest: int, data: int) -> PIOASMEmit:
        return self.word(SET | dest << 5 | data)


def _fifo_flags(value: int) -> int:
    return (value if value & 1 else value | 0x20) & 0x60  # blocks unless `noblock` is given


def _names(emit: PIOASMEmit, words: tuple[str, ...]) -> dict[str, Any]:
    return {**OPERANDS, **{word: getattr(emit, word) for word in words}}


def asm_pio(**kw: Any) -> Callable[[Callable[[], None]], list[Any]]:
    """Decorator: the function becomes its program (the eight-field list).

    During assembly, and only then, the function sees the instruction names *instead of* its
    module's globals, as on the firmware; the module itself is never touched.
    """
    emit = PIOASMEmit(**kw)

    def assemble(program: Callable[[], None]) -> list[Any]:
        source: Any = program
        names = _names(emit, DIRECTIVES + INSTRUCTIONS)
        names["__builtins__"] = source.__globals__["__builtins__"]
        bound = FunctionType(source.__code__, names, source.__name__)
        for pass_ in (0, 1):
            emit.start_pass(pass_)
            bound()
        return emit.prog

    return assemble


def asm_pio_encode(instr: str, sideset_count: int, sideset_opt: bool = False) -> int:
    """One instruction in source form -> its 16-bit word. `jmp` is refused, as on the firmware."""
    emit = PIOASMEmit()
    emit.sideset_count = sideset_count
    emit.sideset_opt = bool(sideset_opt)
    emit.delay_max = 31 >> (sideset_count + emit.sideset_opt)
    emit.pass_ = 1
    names = _names(emit, INSTRUCTIONS)
    names["jmp"] = None
    exec(instr, names)
    words = emit.prog[DATA]
    if len(words) != 1:
        raise PIOASMError("expecting exactly 1 instruction")
    return int(words[0])
