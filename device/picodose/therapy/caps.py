"""Rolling caps: no window of the named length ever holds more than its cap (LIM-2).

A window is a ring of equal buckets on monotonic time. A segment is booked in the bucket of the
last instant at which one of its drops can fall: its end plus _LATE_MS, because what a segment
still owes at its end goes out during the next one. A bucket counts whole until that youngest
instant is older than the window.

Why it holds. Take any instant t inside a segment that starts at s <= t, and any drop at
d > t - window granted before. Its bucket's youngest instant y is >= d > t - window >= s - window,
so at s, when the segment was granted, the bucket still counted. Hence every drop in (t-window, t]
was in the sum that room() compared with the cap, the new segment included.

Why steady flow is never refused. A counted bucket spans bucket_ms; its oldest drop can lie
_LATE_MS plus one segment before its start, and the new segment reaches one segment further. So
no more than the volume of window + bucket + 6 s is ever in the sum (limits.span_ms), and a
prescription whose largest such volume passes a cap is refused when it is read.
"""

from array import array

from micropython import const

_LATE_MS = const(2000)  # a segment's owed steps go out within the next segment
_REACH_MS = const(4000)  # segments are granted at most two ahead of their time


class Window:
    """A rolling sum over window_ms in buckets of bucket_ms (window_ms a multiple of it).

    cap_steps: the most that any window may hold. Time is monotonic ms and never goes back.
    """

    def __init__(self, window_ms: int, bucket_ms: int, cap_steps: int) -> None:
        self.window_ms = window_ms
        self.bucket_ms = bucket_ms
        self.cap_steps = cap_steps
        self.slots = window_ms // bucket_ms + 2 - (-_REACH_MS // bucket_ms)
        self._steps = array("I", [0] * self.slots)
        self._young_ms = array("I", [0] * self.slots)  # youngest drop, from its bucket's start
        self._origin_ms = 0  # bucket k spans origin + [k, k+1) x bucket_ms
        self._head = 0  # number of the newest bucket in use
        self._tail = 0  # number of the oldest that may still count
        self._sum = 0
        self._until_ms = -1  # nothing expires up to here; at most the tail's own expiry

    def total(self, t_ms: int) -> int:
        """Steps that count at t_ms: buckets whose youngest drop is not older than the window."""
        if t_ms > self._until_ms:
            self._expire(t_ms)
        return self._sum

    def add(self, steps: int, end_ms: int) -> None:
        """Book steps whose segment ends at end_ms; unconditional: room() was asked before."""
        young_ms = end_ms + _LATE_MS - self._origin_ms
        number, into_ms = divmod(young_ms, self.bucket_ms)
        if number != self._head or not self.total(end_ms - _REACH_MS):
            number = max(number, self._head)
            into_ms = young_ms - number * self.bucket_ms
            self._open(number, end_ms)
        slot = number % self.slots
        self._steps[slot] += steps
        if into_ms > self._young_ms[slot]:
            self._young_ms[slot] = into_ms
        self._sum += steps

    def _open(self, number: int, end_ms: int) -> None:
        """Make bucket `number` the newest one."""
        if not self.total(end_ms - _REACH_MS):
            self._head = self._tail = number  # nothing counts: skip empty time at once
            self._young_ms[number % self.slots] = 0
            self._until_ms = -1
        while self._head < number:
            self._head += 1
            if self._head - self._tail >= self.slots:
                self._fold_tail()
            self._young_ms[self._head % self.slots] = 0

    def expiry_ms(self, number: int) -> int:
        """Last instant at which a bucket counts."""
        return (
            self._origin_ms
            + number * self.bucket_ms
            + self._young_ms[number % self.slots]
            + self.window_ms
        )

    def expiries(self, t_ms: int) -> list:
        """List of (last counting instant, steps still counting then), oldest bucket first."""
        left = self.total(t_ms)
        found = []
        for number in range(self._tail, self._head + 1):
            steps = self._steps[number % self.slots]
            if steps:
                found.append((self.expiry_ms(number), left))
                left -= steps
        return found

    def save(self, t_ms: int) -> tuple:
        """Return (phase_ms into the newest bucket at t_ms, steps by bucket, newest first)."""
        self.add(0, t_ms)
        counts = [
            self._steps[number % self.slots] if number >= self._tail else 0
            for number in range(self._head, self._head - self.slots, -1)
        ]
        into_ms = t_ms + _LATE_MS - self._origin_ms - self._head * self.bucket_ms
        return max(into_ms, 0), counts

    def restore(self, t_ms: int, phase_ms: int, counts: list) -> None:
        """Take over what save() returned, as if no time had passed; t_ms: now."""
        self._origin_ms = t_ms + _LATE_MS - phase_ms - self.slots * self.bucket_ms
        self._head = self.slots
        self._tail = 1
        self._sum = 0
        self._until_ms = -1
        for age in range(self.slots):
            slot = (self._head - age) % self.slots
            self._steps[slot] = counts[age]
            self._young_ms[slot] = self.bucket_ms if age else phase_ms
            self._sum += counts[age]

    def revalue(self, num: int, den: int) -> None:
        """A step is worth den / num of what it was: the same volume is num / den steps, rounded
        up in each bucket.
        """
        for slot in range(self.slots):
            self._steps[slot] = -(-self._steps[slot] * num // den)
        self._sum = sum(self._steps)

    def _drop_tail(self) -> None:
        slot = self._tail % self.slots
        self._sum -= self._steps[slot]
        self._steps[slot] = 0
        self._tail += 1

    def _expire(self, t_ms: int) -> None:
        while self._tail < self._head and self.expiry_ms(self._tail) < t_ms:
            self._drop_tail()
        if self._sum and self._tail == self._head and self.expiry_ms(self._tail) < t_ms:
            self._sum = self._steps[self._tail % self.slots] = 0
        self._until_ms = self.expiry_ms(self._tail)

    def _fold_tail(self) -> None:
        """Count the oldest bucket with the next younger one: the ring is full, nothing is lost."""
        steps = self._steps[self._tail % self.slots]
        self._drop_tail()
        self._steps[self._tail % self.slots] += steps
        self._sum += steps


class Caps:
    """All rolling caps of one kind of delivery (therapy, or prime, or calibration runs).

    windows: tuple of (window_ms, bucket_ms, cap_steps), shortest first.
    """

    def __init__(self, windows: tuple) -> None:
        self.windows = [Window(window[0], window[1], window[2]) for window in windows]
        self.weight(1, 1)

    def weight(self, num: int, den: int) -> None:
        """From now on a step counts as num / den, not below 1: the stronger fluid of a bridge."""
        self._num, self._den = num, den
        self._over = 0  # counted too much so far, in parts of den

    def room(self, start_ms: int) -> int:
        """Steps that a segment starting at start_ms may still carry; 0 when a cap is reached."""
        room = self.windows[0].cap_steps
        for window in self.windows:
            left = window.cap_steps - window.total(start_ms)
            if left < room:
                room = left
        return (room * self._den + self._over) // self._num if room > 0 else 0

    def grant(self, steps: int, end_ms: int) -> None:
        """Book a segment that ends at end_ms in every window."""
        counted = -((self._over - steps * self._num) // self._den)
        self._over += counted * self._den - steps * self._num
        for window in self.windows:
            window.add(counted, end_ms)

    def revalue(self, num: int, den: int) -> None:
        """The calibration has changed: what was booked is num / den as many steps (rounded up)."""
        if num != den:
            for window in self.windows:
                window.revalue(num, den)

    def save(self, t_ms: int) -> tuple:
        """Return (phase_ms, counts of the longest window, total of each shorter window)."""
        phase_ms, counts = self.windows[-1].save(t_ms)
        return phase_ms, counts, [window.total(t_ms) for window in self.windows[:-1]]

    def restore(self, t_ms: int, phase_ms: int, counts: list, totals: list) -> None:
        """Go on after a power loss: ages stand still, the shorter windows count as newest."""
        self.windows[-1].restore(t_ms, phase_ms, counts)
        for i in range(len(totals)):
            self.windows[i].add(totals[i], t_ms)
