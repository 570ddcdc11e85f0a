# ruff: noqa: I001
# mypy: ignore-errors
"""Which names exist and what they are; what wrong calls raise."""

import machine
import micropython
import rp2

from report import say, try_all, words_of

CLASSES = {
    "machine": ("ADC", "PWM", "Pin", "RTC", "Timer", "WDT"),
    "rp2": ("PIO", "StateMachine", "Flash"),
    "hashlib": ("sha256",),
}
MODULES = (
    "machine", "rp2", "micropython", "time", "os", "sys", "select", "gc", "io", "json",
    "binascii", "struct", "array", "hashlib", "collections", "errno",
)  # fmt: skip
SCALARS = (int, str, float)
VOLATILE = ("sys.version", "sys.ps1", "sys.ps2")


def names(module_name):
    """Every public name of one module with its type, or value when it is a constant."""
    module = __import__(module_name)
    for name in sorted(dir(module)):
        full = module_name + "." + name
        if name.startswith("_") or full in VOLATILE:
            continue
        value = getattr(module, name)
        say("names." + full, repr(value) if isinstance(value, SCALARS) else sort_of(value))
    for name in CLASSES.get(module_name, ()):
        members(module_name + "." + name, getattr(module, name))


def sort_of(value):
    """Class, callable, or some other object: type names of the host are no difference."""
    if isinstance(value, type):
        return "class"
    return "callable" if callable(value) else "object"


def members(full, cls):
    """Every public member of a class; integers with their value."""
    for name in sorted(dir(cls)):
        if not name.startswith("_"):
            value = getattr(cls, name)
            say("names." + full + "." + name, repr(value) if isinstance(value, int) else "member")


def wrong_calls():
    """What the machine module refuses, and how."""
    pin = machine.Pin(7)
    try_all("wrong", (
        ("timer_id", lambda: machine.Timer(0)),
        ("timer_id_minus", lambda: type(machine.Timer(-1)).__name__),
        ("adc_read", lambda: machine.ADC(26).read()),
        ("adc_channel", lambda: machine.ADC(9)),
        ("adc_pin", lambda: machine.ADC(machine.Pin(5))),
        ("pin_number", lambda: machine.Pin(31)),
        ("pin_name", lambda: machine.Pin("GP99")),
        ("pin_mode", lambda: pin.mode()),
        ("pin_pull_member", lambda: pin.pull()),
        ("wdt_long", lambda: machine.WDT(timeout=9000)),
        ("wdt_id", lambda: machine.WDT(1)),
        ("sm_number", lambda: rp2.StateMachine(8)),
        ("sm_negative", lambda: rp2.StateMachine(-1)),
        ("schedule_not_callable", lambda: micropython.schedule(1, 2)),
    ), words_of)  # fmt: skip
    try_all("wrong", (
        ("pin_value_keyword", lambda: pin.value(level=1)),
        ("reset_cause_argument", lambda: machine.reset_cause(1)),
    ))  # fmt: skip


def shown():
    """How objects print themselves."""
    say("repr.pin_in", machine.Pin(7, machine.Pin.IN))
    say("repr.pin_up", machine.Pin(7, machine.Pin.IN, machine.Pin.PULL_UP))
    say("repr.pin_out", machine.Pin(7, machine.Pin.OUT))
    machine.Pin(7, machine.Pin.IN)
