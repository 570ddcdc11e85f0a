"""The guard: counts real edges at the STEP pin and stops the pump by itself (LIM-6, design 5.3).

It uses no ledger, plan or limit code: only its own edge counter and constants of the profile. A
trip switches the driver off and stops the pulse hardware in the same interrupt, and stays latched
until the next power-on test.
"""

from micropython import const

_MASK = const((1 << 29) - 1)
_HALF = const(1 << 28)
_MASK16 = const(0xFFFF)
_ABOVE_MAX = const(2)  # pulses above commanded: a truncated pulse at a halt may be counted twice

ABOVE = const(1)  # more edges than commanded
BELOW = const(2)  # fewer edges than commanded, less the bursts in flight
EMPTY = const(3)  # token bucket empty: too much volume for any therapy


class Guard:
    """edges: low16_isr(); pulse: kill_isr(); driver: off_isr().

    The bucket holds capacity_steps and gains refill_steps every refill_ms of running dosing ticks.
    """

    def __init__(self, edges, pulse, driver, refill_ms, refill_steps, capacity_steps):
        self._edges = edges
        self._pulse = pulse
        self._driver = driver
        self._refill_ms = refill_ms
        self._refill = refill_steps
        self._capacity = capacity_steps
        self._kept = None  # therapy's bucket while a run has its own
        self.tokens = capacity_steps
        self.tripped = 0
        self.edges = 0  # rising edges modulo 2^29
        self._seen = edges.low16_isr()
        self._tick_ms = 1000
        self._since_ms = 0
        self._burst = 0
        self._burst_before = 0

    def begin(self, tick_ms: int) -> None:
        """Loop: ticks will come every tick_ms; nothing is in flight."""
        self._tick_ms = tick_ms
        self._burst = 0
        self._burst_before = 0

    def open_run(self, capacity_steps: int) -> None:
        """Loop, motor off: a prime or calibration run has a bucket of its own, never refilled."""
        self._kept = (self.tokens, self._refill, self._capacity)
        self.tokens, self._refill, self._capacity = capacity_steps, 0, capacity_steps

    def close_run(self) -> None:
        """Loop, motor off: therapy's bucket counts again, as it stood."""
        if self._kept:
            self.tokens, self._refill, self._capacity = self._kept
            self._kept = None

    def size(self, refill_steps: int, capacity_steps: int) -> None:
        """Loop, motor off: steps have another volume; what was spent stays spent."""
        self.tokens += capacity_steps - self._capacity
        self._refill, self._capacity = refill_steps, capacity_steps

    def note_isr(self, burst: int) -> None:
        """A burst is on its way: this many edges may still be missing."""
        self._burst_before = self._burst
        self._burst = burst

    def tick_isr(self, commanded: int) -> int:
        """Compare edges with `commanded` (modulo 2^29) and with the bucket; non-zero when
        tripped.
        """
        if self.tripped:
            return self.tripped
        low = self._edges.low16_isr()
        new = (low - self._seen) & _MASK16
        self._seen = low
        self.edges = (self.edges + new) & _MASK
        self._spend_isr(new)
        ahead = (self.edges - commanded) & _MASK
        if ahead < _HALF:
            if ahead > _ABOVE_MAX:
                self._trip_isr(ABOVE)
        elif _MASK + 1 - ahead > self._burst + self._burst_before:
            self._trip_isr(BELOW)
        return self.tripped

    def _spend_isr(self, new: int) -> None:
        tokens = self.tokens - new
        if tokens < 0:
            self._trip_isr(EMPTY)
        since_ms = self._since_ms + self._tick_ms
        if since_ms >= self._refill_ms:
            since_ms -= self._refill_ms
            tokens += self._refill
            if tokens > self._capacity:
                tokens = self._capacity
        self.tokens = tokens
        self._since_ms = since_ms

    def _trip_isr(self, reason: int) -> None:
        self._driver.off_isr()
        self._pulse.kill_isr()
        if not self.tripped:
            self.tripped = reason
