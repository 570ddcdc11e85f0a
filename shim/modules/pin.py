"""machine.Pin as on rp2: one object a GPIO, edge interrupts hard or soft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from shim.clock import NS_PER_US
from shim.errors import NotModelled
from shim.lines import GPIO_COUNT, EdgeListener, Line
from shim.modules.context import Pico

PIN_CALL_NS = 1_500
"""Half of p(1); p(0), 3.12 us from bytecode on the firmware in the emulator."""

UNCAUGHT = "Uncaught exception in IRQ callback handler"

assert PIN_CALL_NS > NS_PER_US


class PinIrq:
    """What Pin.irq() returns: the edges that last called, and the handler itself."""

    def __init__(self, pin: PinBase) -> None:
        self._pin = pin
        self._handler: Callable[[Any], Any] | None = None
        self._trigger = 0
        self._hard = False
        self._flags = 0
        self._waiting = False

    def flags(self) -> int:
        """The edge that caused the running call."""
        return self._flags

    def trigger(self, trigger: int | None = None) -> int:
        """The edges that call, before a change."""
        old = self._trigger
        if trigger is not None:
            self._trigger = trigger
        return old

    def _set(self, handler: Callable[[Any], Any] | None, trigger: int, hard: bool) -> None:
        self._handler, self._trigger, self._hard = handler, trigger, hard

    def _edge(self, t_ns: int, level: int) -> None:
        flag = PinBase.IRQ_RISING if level else PinBase.IRQ_FALLING
        if self._handler is None or not flag & self._trigger:
            return
        self._flags = flag
        if not self._waiting:
            self._waiting = True
            self._pin._pico.cpu.interrupt(t_ns, self._service)

    def _service(self) -> None:
        self._waiting = False
        handler, cpu = self._handler, self._pin._pico.cpu
        if handler is None:
            return
        if not self._hard:
            cpu.schedule(handler, self._pin)
        elif not cpu.guarded(UNCAUGHT, handler, self._pin):
            self._handler = None


class PinBase:
    """One GPIO. Names and constants are those of the firmware; Pin.mode() does not exist."""

    _pico: Pico
    _all: ClassVar[dict[int, PinBase]]

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    ALT = 3
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8
    ALT_SPI = 1
    ALT_UART = 2
    ALT_I2C = 3
    ALT_PWM = 4
    ALT_SIO = 5
    ALT_PIO0 = 6
    ALT_PIO1 = 7
    ALT_GPCK = 8
    ALT_USB = 9

    _number: int
    _line: Line
    _level: int
    _out: bool
    _irq: PinIrq | None

    def __new__(cls, id: Any, *_args: Any, **_kw: Any) -> Any:
        number = _gpio_number(id)
        if number not in cls._all:
            cls._all[number] = object.__new__(cls)
            cls._all[number]._open(number)
        return cls._all[number]

    def __init__(self, id: Any, *args: Any, **kw: Any) -> None:
        if args or kw:
            self.init(*args, **kw)

    def _open(self, number: int) -> None:
        self._number = number
        self._line = self._pico.lines[number]
        driven = self._line.cpu_output
        self._level = driven or 0
        self._out = driven is not None
        self._irq = None

    def init(
        self, mode: int = -1, pull: int | None = -1, *, value: Any = None, alt: int = ALT_SIO
    ) -> None:
        """Set direction, pull and, first of all, the output level."""
        self._pico.cpu.spend(PIN_CALL_NS)
        if value is not None:
            self._level = 1 if value else 0
        if mode == self.ALT:
            self._line.release_cpu()
            if alt not in (self.ALT_PIO0, self.ALT_PIO1):
                self._pico.pios.unroute(self._number)
        elif mode == self.OPEN_DRAIN:
            raise NotModelled("machine.Pin.OPEN_DRAIN has no model")
        elif mode in (self.IN, self.OUT):
            self._out = mode == self.OUT
            self._line.set_cpu(self._out, self._level)
            self._pico.pios.unroute(self._number)
        elif mode != -1:
            raise ValueError("invalid pin mode")
        if pull != -1:
            pulls = {None: None, self.PULL_UP: 1, self.PULL_DOWN: 0}
            self._line.set_internal_pull(pulls[pull])

    def value(self, x: Any = None) -> int | None:
        """Read the pad, or set the output level."""
        if x is None:
            self._pico.cpu.spend(PIN_CALL_NS)
            return self._pico.lines.read(self._number)
        self._put(1 if x else 0)
        return None

    __call__ = value

    def on(self) -> None:
        """Output high."""
        self._put(1)

    def off(self) -> None:
        """Output low."""
        self._put(0)

    high = on
    low = off

    def toggle(self) -> None:
        """Output the other level."""
        self._put(1 - self._level)

    def _put(self, level: int) -> None:
        self._level = level
        self._pico.cpu.spend(PIN_CALL_NS)
        if self._out:
            self._line.set_cpu(True, level)

    def irq(
        self,
        handler: Callable[[Any], Any] | None = None,
        trigger: int = IRQ_FALLING | IRQ_RISING,
        *,
        hard: bool = False,
    ) -> PinIrq:
        """Call `handler(pin)` at edges."""
        self._pico.cpu.alive()
        if self._irq is None:
            self._irq = PinIrq(self)
            listener = EdgeListener(self._irq._edge)
            self._line.listen(listener)
            self._pico.cpu.on_death.append(lambda: self._line.unlisten(listener))
        self._irq._set(handler, trigger, hard)
        return self._irq

    def __repr__(self) -> str:
        return f"Pin(GPIO{self._number}, mode={'OUT' if self._out else 'IN'})"


def _gpio_number(id: Any) -> int:
    if isinstance(id, PinBase):
        return id._number
    if isinstance(id, str):
        for prefix in ("GPIO", "GP"):
            if id.startswith(prefix) and id[len(prefix) :].isdigit():
                return _gpio_number(int(id[len(prefix) :]))
        raise NotModelled(f"Pin({id!r}) has no model")
    if isinstance(id, int) and 0 <= id < GPIO_COUNT:
        return id
    raise ValueError("invalid pin")
