"""The hardware watchdog: started once, never stopped, fed by the loop alone (safety/watchdog.py
decides).
"""

import machine
from micropython import const

TIMEOUT_MS = const(8000)  # the RP2040's maximum is 8388


class Watchdog:
    """start() arms it for good; feed() must follow at least every TIMEOUT_MS."""

    def __init__(self):
        self._wdt = None

    def start(self, timeout_ms: int = TIMEOUT_MS) -> None:
        """Arm the watchdog (also used with a short time by the power-on proof)."""
        self._wdt = machine.WDT(timeout=timeout_ms)

    def feed(self) -> None:
        """Another TIMEOUT_MS; does nothing before start()."""
        if self._wdt:
            self._wdt.feed()
