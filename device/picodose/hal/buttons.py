"""PATIENT and SERVICE: active low with the chip's pull-up; an edge wakes the loop."""

from machine import Pin


class Button:
    """wake: set_isr() on every edge, so that the loop looks at once."""

    def __init__(self, pin: int, wake):
        self._pin = Pin(pin, Pin.IN, Pin.PULL_UP)
        self._wake = wake
        self._pin.irq(self._edge_isr, Pin.IRQ_FALLING | Pin.IRQ_RISING, hard=True)

    def _edge_isr(self, _pin) -> None:
        self._wake.set_isr()

    def pressed(self) -> bool:
        """True while held down."""
        return self._pin.value() == 0
