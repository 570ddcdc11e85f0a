"""The dosing tick: spreads each granted segment over its ticks and hands bursts to the pulse
hardware.

Upstream: delivery/granter.py publishes segments. Downstream: the pulse port (hal/pulse_pio.py) and
the guard. Invariant: granted >= commanded >= confirmed; when segments run out there are no more
steps (LIM-5).

Shared with the main loop: the loop writes only the slot that the tick is not using and then stores
its sequence number; the tick writes its counters, which the loop reads twice (ledger.py). No lock
is needed.
"""

from array import array

from micropython import const

_MASK = const((1 << 29) - 1)


class Dosing:
    """pulse: burst_isr, ready_isr, collect_isr; guard: tick_isr, note_isr; scratch:
    commanded_isr.
    """

    def __init__(self, pulse, guard, scratch):
        self._pulse = pulse
        self._guard = guard
        self._scratch = scratch
        self.armed = 0
        self.published = 0  # sequence number of the newest segment, written by the loop
        self.current = 0  # sequence number of the segment in work, written by the tick
        # Arrays, not lists: what MicroPython computes from a long integer stays a long object even
        # when its value is small, and the first sum of the tick with it would allocate.
        self._steps = array("i", (0, 0))
        self._ticks = array("i", (0, 0))
        self._burst_max = array("i", (0, 0))
        self._owed_max = array("i", (0, 0))
        self._left = 0  # ticks left in the segment in work
        self._n = 0
        self._m = 1
        self._acc = 0
        self.owed = 0  # due but not yet handed over
        self.lost = 0  # due, but a long stall made it missed (modulo 2^29)
        self.commanded = 0  # modulo 2^29
        self.confirmed = 0  # modulo 2^29
        self.base = 0  # `commanded` when the reservation in force was written
        self.ticks = 0  # heart beat, modulo 2^29
        self.starved = 0  # ticks without a segment, modulo 2^29

    def publish(self, steps: int, ticks: int, burst_max: int, owed_max: int) -> None:
        """Loop: hand over a segment of `steps` over `ticks`.

        burst_max: most steps that one tick may carry; owed_max: what a stall may leave owed, the
        rest is missed. The caller makes sure that the slot is free (free()).
        """
        sequence = (self.published + 1) & _MASK
        slot = sequence & 1
        self._steps[slot] = steps
        self._ticks[slot] = ticks
        self._burst_max[slot] = burst_max
        self._owed_max[slot] = owed_max
        self.published = sequence

    def free(self) -> bool:
        """Loop: True when the tick has begun the newest segment, so that the other slot may be
        written.
        """
        return self.current == self.published

    def arm(self) -> None:
        """Loop: allow the tick to work, with nothing left over from before."""
        self._left = 0
        self.owed = 0
        self._acc = 0
        self.current = self.published
        self.armed = 1

    def disarm(self) -> None:
        """First act of every halt: the next tick does nothing."""
        self.armed = 0

    def rebase(self, sequence: int, base: int) -> None:
        """Loop, interrupts masked: reservation `sequence` is in force; it was made at count
        `base`.
        """
        self.base = base
        self._scratch.new_reservation(sequence, (self.commanded - base) & _MASK)

    def recount(self) -> None:
        """Loop, disarmed: the scratch registers tell the settled count."""
        self._scratch.commanded_isr((self.commanded - self.base) & _MASK)

    def tick_isr(self, _timer) -> None:
        """Hard timer handler, every 10 to 1000 ms. No allocation, no exception, no integer past
        2^30.
        """
        if not self.armed:
            return
        self.ticks = (self.ticks + 1) & _MASK
        self.confirmed = (self.confirmed + self._pulse.collect_isr()) & _MASK
        if self._guard.tick_isr(self.commanded):
            self.armed = 0
            return
        if self._left == 0:
            self._next_isr()
        if self._left:
            self._left -= 1
            if self._n or self.owed:
                self._due_isr()
        if self.owed and self._pulse.ready_isr():
            self._hand_over_isr()

    def _next_isr(self) -> None:
        if self.current == self.published:
            self.starved = (self.starved + 1) & _MASK
            return
        self.current = (self.current + 1) & _MASK
        slot = self.current & 1
        self._n = self._steps[slot]
        self._m = self._ticks[slot]
        self._left = self._m
        self._acc = 0

    def _due_isr(self) -> None:
        acc = self._acc + self._n
        due = acc // self._m
        self._acc = acc - due * self._m
        owed = self.owed + due
        if owed:
            over = owed - self._owed_max[self.current & 1]
            if over > 0:
                owed -= over
                self.lost = (self.lost + over) & _MASK
            self.owed = owed

    def _hand_over_isr(self) -> None:
        burst = self._burst_max[self.current & 1]
        if burst > self.owed:
            burst = self.owed
        commanded = (self.commanded + burst) & _MASK
        self._scratch.commanded_isr((commanded - self.base) & _MASK)
        self.commanded = commanded
        self.owed -= burst
        self._guard.note_isr(burst)
        self._pulse.burst_isr(burst)
