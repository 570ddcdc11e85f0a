"""The board's lines around the emulated chip: who drives, what level results, who watches.

The emulator's inputs do not see what the chip itself drives on a pin, and it knows no
resistors on the board.  Here every line has one level, which all inputs read and all
listeners hear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shim.lines import GPIO_COUNT, Listener

_WIRELESS = frozenset({23, 24, 25, 29})  # wired to the radio chip of a Pico W, not to the board


class EmulatedLine:
    """One GPIO with the interface of shim.lines.Line as the outside world sees it.

    Level: chip output > outside drive > board resistor > pad resistor > 0.  A board resistor
    (10 kohm) wins over the pad's own (50 to 80 kohm).
    """

    def __init__(self, number: int, external_pull: int | None, now: Callable[[], int]) -> None:
        self.number = number
        self.external_pull = external_pull
        self._now = now
        self._gpio: Any = None  # None: the chip has no power
        self._feed: Callable[[Any, int], None]
        self._outside: int | None = None
        self._listeners: list[Listener] = []
        self._level = self._resolve()

    def level(self) -> int:
        """The level now, 0 or 1."""
        return self._level

    def listen(self, listener: Listener) -> None:
        """Call `listener.edge(t_ns, level)` at every change from now on."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    def drive(self, level: int | None) -> None:
        """The outside world drives the line; None lets go."""
        self._outside = level
        self.refresh()

    def connect(self, gpio: Any, feed: Callable[[Any, int], None]) -> None:
        """Join the line to a pad of a chip that has just got power; `feed` sets its input."""
        self._gpio, self._feed = gpio, feed
        gpio.add_listener(lambda _new, _old: self.refresh())
        self.refresh()

    def disconnect(self) -> None:
        """The chip lost its power: nothing but the board decides the level."""
        self._gpio = None
        self.refresh()

    def refresh(self) -> None:
        """Work out the level; tell the chip's input and the listeners when it changed."""
        level = self._resolve()
        self._feed_back(level)
        if level != self._level:
            self._level = level
            t_ns = self._now()
            for listener in self._listeners:
                listener.edge(t_ns, level)

    def _resolve(self) -> int:
        gpio = self._gpio
        if gpio is not None and gpio.output_enable:
            return int(gpio.output_value)
        for decided in (self._outside, self.external_pull):
            if decided is not None:
                return decided
        return int(gpio is not None and gpio.pullup_enabled and not gpio.pulldown_enabled)

    def _feed_back(self, level: int) -> None:
        gpio = self._gpio
        if gpio is None or (gpio._driven and gpio._raw_input_value == bool(level)):
            return
        self._feed(gpio, level)


class EmulatedLines:
    """All lines of the board, indexable like shim.lines.Lines."""

    def __init__(self, external_pulls: Mapping[int, int], now: Callable[[], int]) -> None:
        self._lines = [EmulatedLine(n, external_pulls.get(n), now) for n in range(GPIO_COUNT)]

    def __getitem__(self, number: int) -> EmulatedLine:
        return self._lines[number]

    def __iter__(self) -> Iterator[EmulatedLine]:
        return iter(self._lines)

    def __len__(self) -> int:
        return GPIO_COUNT

    def connect(self, gpios: list[Any], feed: Callable[[Any, int], None]) -> None:
        """Join every line but the radio's to the pads of a chip that has just got power."""
        for line in self._lines:
            if line.number not in _WIRELESS:
                line.connect(gpios[line.number], feed)

    def disconnect(self) -> None:
        """The chip lost its power."""
        for line in self._lines:
            line.disconnect()

    def refresh(self) -> None:
        """The chip was reset: its pads changed without telling anybody."""
        for line in self._lines:
            if line.number not in _WIRELESS:
                line.refresh()
