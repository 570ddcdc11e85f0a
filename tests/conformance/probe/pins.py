# ruff: noqa: I001
# mypy: ignore-errors
"""Pins, ADC and pin interrupts."""

from machine import ADC, Pin

from report import say, try_all

FREE = 7  # no resistor on the board
PULLED_UP = 6
PULLED_DOWN = 2
EVENTS = []


def levels():
    """Levels read back from outputs, pulls of the pad and of the board."""
    out = Pin(FREE, Pin.OUT, value=1)
    say("pin.high", out.value())
    out.low()
    say("pin.low", out.value())
    out.toggle()
    say("pin.toggle", out.value())
    say("pin.returns", (out.value(0), out.on(), out.off(), out(1), out()))
    say("pin.truth", (out.value("x"), out.value(), out.value([]), out.value()))
    say("pin.pad_up", Pin(FREE, Pin.IN, Pin.PULL_UP).value())
    say("pin.pad_down", Pin(FREE, Pin.IN, Pin.PULL_DOWN).value())
    say("pin.board_up", Pin(PULLED_UP, Pin.IN).value())
    say("pin.board_down", Pin(PULLED_DOWN, Pin.IN).value())
    say("pin.same_object", Pin(FREE) is Pin(FREE))
    Pin(FREE, Pin.IN)


def open_drain():
    """Released high, driven low."""
    drain = Pin(FREE, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
    say("pin.drain_high", drain.value())
    drain.value(0)
    say("pin.drain_low", drain.value())
    Pin(FREE, Pin.IN)


def keeps():
    """What init() without a mode keeps; value before direction."""
    pin = Pin(FREE, Pin.OUT, value=1)
    pin.init(pull=None)
    say("pin.init_keeps_mode", pin.value())
    pin.init(Pin.IN, Pin.PULL_DOWN)
    say("pin.input_reads_pull", pin.value())
    pin.init(Pin.OUT, value=1)
    say("pin.out_again", pin.value())
    pin.init(Pin.IN)


def buttons():
    """A press that the bench starts 20 ms from now and holds for 30 ms."""
    import time

    button = Pin(10, Pin.IN, Pin.PULL_UP)
    levels = []
    button.irq(on_edge, Pin.IRQ_FALLING | Pin.IRQ_RISING)
    for _ in range(8):
        levels.append(button.value())
        time.sleep_ms(10)
    button.irq(None)
    say("pin.pressed", (min(levels), levels[0], levels[-1]))
    say("pin.irq_levels", EVENTS)


def on_edge(pin):
    """Soft handler: the level when it runs."""
    EVENTS.append(pin.value())


def adc(millivolts):
    """One reading of ADC0 at the voltage that the bench has set."""
    say("adc." + millivolts, ADC(Pin(26)).read_u16())


def adc_forms():
    """Ways to name a channel; the reading is 12 bits stretched to 16."""
    say("adc.forms_agree", ADC(0).read_u16() == ADC(26).read_u16() == ADC(Pin(26)).read_u16())
    try_all("adc", (("read_uv", lambda: ADC(26).read_uv()), ("core", lambda: ADC.CORE_TEMP)))
