"""The first decisions after a reset: why are we here, does the watchdog work, does someone want
maintenance?

Runs before the large imports, so that the watchdog proof costs little more than its 100 ms.
"""

import time

import machine
from machine import Pin
from micropython import const

from picodose.hal import scratch as marks
from picodose.hal.watchdog import Watchdog

_PROOF_MS = const(100)
_PROOF_WAIT_MS = const(400)
_HOLD_MS = const(3000)
_RELEASE_MS = const(10_000)


class Boot:
    """reason: "power", "watchdog", "forced" or "soft"; proof: None (not due), True or False;
    maintenance: bool.
    """

    def __init__(self, reason: str, proof: "bool | None", maintenance: bool):
        self.reason = reason
        self.proof = proof
        self.maintenance = maintenance


def begin(service_pin: int) -> Boot:
    """Decide how to go on. At power-on it resets the chip once, on purpose, to prove the watchdog
    (SAF-1).
    """
    scratch = marks.Scratch()
    reason, mark = scratch.reset_reason(), scratch.mark()
    if mark == marks.MARK_MAINTENANCE:
        scratch.mark(marks.MARK_NONE)
        return Boot(reason, None, reason == "forced")
    if mark == marks.MARK_WATCHDOG_PROOF:
        scratch.mark(marks.MARK_WATCHDOG_PROVED)
        return Boot("power", reason == "watchdog", _service_held(service_pin))
    if reason != "power":
        return Boot(reason, None, False)
    scratch.mark(marks.MARK_WATCHDOG_PROOF)
    Watchdog().start(_PROOF_MS)
    time.sleep_ms(_PROOF_WAIT_MS)
    scratch.mark(marks.MARK_NONE)  # still alive: the watchdog did not bite
    return Boot(reason, False, False)


def _service_held(service_pin: int) -> bool:
    """SERVICE held from power-on for 3 s and released within 10 s."""
    pin = Pin(service_pin, Pin.IN, Pin.PULL_UP)
    held_ms = 0
    while pin.value() == 0 and held_ms < _RELEASE_MS:
        time.sleep_ms(50)
        held_ms += 50
    return _HOLD_MS <= held_ms < _RELEASE_MS


def reset_to_maintenance() -> None:
    """Come back without watchdog, timers or motor, with the REPL open. Does not return."""
    marks.Scratch().mark(marks.MARK_MAINTENANCE)
    machine.reset()


def wait_for_watchdog() -> None:
    """After a fault: do nothing until the watchdog resets the chip. Does not return."""
    while True:
        time.sleep_ms(1000)
