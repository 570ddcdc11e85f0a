"""The settings of one state machine, as StateMachine.init of MicroPython 1.27 computes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from shim.lines import GPIO_COUNT
from shim.pio import asm


@dataclass(frozen=True)
class PinGroup:
    """`count` pins from `base` upwards (modulo 32), with their first directions and levels."""

    base: int = 0
    count: int = 0
    dirs: int = 0
    levels: int = 0

    @property
    def mask(self) -> int:
        """Bits of the pins in a 32-bit GPIO word."""
        return self.spread((1 << self.count) - 1)

    def spread(self, value: int) -> int:
        """Bits 0.. of a value at the pins' places in a 32-bit GPIO word."""
        value &= (1 << self.count) - 1
        return (value << self.base | value >> 32 - self.base) & 0xFFFFFFFF

    @property
    def pins(self) -> list[int]:
        """The GPIO numbers."""
        return [(self.base + n) % 32 for n in range(self.count)]


def pin_group(initial: int | Sequence[int] | None, base: int | None) -> PinGroup:
    """A group from `*_init` of the program and `*_base` of init; without a base there is none."""
    if base is None:
        return PinGroup()
    values = [initial] if isinstance(initial, int) else list(initial or ())
    dirs = sum((v >> 1 & 1) << n for n, v in enumerate(values))
    levels = sum((v & 1) << n for n, v in enumerate(values))
    return PinGroup(base, len(values), dirs, levels)


@dataclass(frozen=True)
class SmConfig:
    """EXECCTRL, SHIFTCTRL and PINCTRL in words."""

    wrap_bottom: int = 0
    wrap_top: int = 31
    side_optional: bool = False
    side_pindirs: bool = False
    in_right: bool = True
    out_right: bool = True
    autopush: bool = False
    autopull: bool = False
    push_threshold: int = 32
    pull_threshold: int = 32
    join_tx: bool = False
    join_rx: bool = False
    in_base: int = 0
    jmp_pin: int = 0
    out: PinGroup = PinGroup()
    set: PinGroup = PinGroup()
    side: PinGroup = PinGroup()

    @property
    def tx_depth(self) -> int:
        """Words the TX FIFO holds."""
        return 8 if self.join_tx else 0 if self.join_rx else 4

    @property
    def rx_depth(self) -> int:
        """Words the RX FIFO holds."""
        return 8 if self.join_rx else 0 if self.join_tx else 4

    @property
    def side_bits(self) -> int:
        """Bits of the delay/side-set field that side-set takes, the enable bit included."""
        return self.side.count + (self.side_optional and self.side.count > 0)

    @property
    def driven(self) -> int:
        """Mask of every pin this machine can drive."""
        return self.out.mask | self.set.mask | self.side.mask


def from_program(prog: list[Any], offset: int, keywords: dict[str, Any]) -> SmConfig:
    """Settings of a program loaded at `offset`, with the keywords of init (None: not given)."""
    execctrl, shiftctrl = prog[asm.EXECCTRL], prog[asm.SHIFTCTRL]
    config = SmConfig(
        wrap_bottom=(execctrl >> 7 & 31) + offset,
        wrap_top=(execctrl >> 12 & 31) + offset,
        side_optional=bool(execctrl >> 30 & 1),
        side_pindirs=bool(execctrl >> 29 & 1),
        in_right=bool(shiftctrl >> 18 & 1),
        out_right=bool(shiftctrl >> 19 & 1),
        autopush=bool(shiftctrl >> 16 & 1),
        autopull=bool(shiftctrl >> 17 & 1),
        push_threshold=shiftctrl >> 20 & 31 or 32,
        pull_threshold=shiftctrl >> 25 & 31 or 32,
        join_tx=bool(shiftctrl >> 30 & 1),
        join_rx=bool(shiftctrl >> 31 & 1),
        in_base=keywords["in_base"] or 0,
        jmp_pin=keywords["jmp_pin"] or 0,
        out=pin_group(prog[asm.OUT_PINS], keywords["out_base"]),
        set=pin_group(prog[asm.SET_PINS], keywords["set_base"]),
        side=pin_group(prog[asm.SIDE_PINS], keywords["sideset_base"]),
    )
    return _override(config, keywords)


def _override(config: SmConfig, keywords: dict[str, Any]) -> SmConfig:
    changes: dict[str, Any] = {}
    for keyword, field in (("in_shiftdir", "in_right"), ("out_shiftdir", "out_right")):
        if keywords[keyword] is not None:
            changes[field] = bool(keywords[keyword])
    for keyword, field in (("push_thresh", "push_threshold"), ("pull_thresh", "pull_threshold")):
        if keywords[keyword] is not None:
            changes[field] = keywords[keyword] & 31 or 32
    return replace(config, **changes)


def gpio_number(pin: Any) -> int:
    """GPIO number of a Pin or an int; raises ValueError for anything else."""
    number = getattr(pin, "_number", pin)
    if not isinstance(number, int) or not 0 <= number < GPIO_COUNT:
        raise ValueError("invalid pin")
    return number
