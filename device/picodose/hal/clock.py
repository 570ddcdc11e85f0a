"""Monotonic milliseconds since boot, past the 2^30 wrap of ticks_ms (CLK-1)."""

import time


class Clock:
    """now_ms() must be called at least every 6 days: the loop does so every few seconds."""

    def __init__(self):
        self._last = time.ticks_ms()
        self._ms = 0

    def now_ms(self) -> int:
        """Milliseconds since this object was made; never goes back."""
        ticks = time.ticks_ms()
        self._ms += time.ticks_diff(ticks, self._last)
        self._last = ticks
        return self._ms

    def sleep_ms(self, span_ms: int) -> None:
        """Wait a short fixed span (driver wake time, ADC settling); not for the loop."""
        time.sleep_ms(span_ms)

    def span(self, span_ms: int) -> tuple:
        """Wait span_ms; returns what the two tick counters saw of it: (ms, us). For the
        self-test.
        """
        start_ms, start_us = time.ticks_ms(), time.ticks_us()
        time.sleep_ms(span_ms)
        return time.ticks_diff(time.ticks_ms(), start_ms), time.ticks_diff(
            time.ticks_us(), start_us
        )
