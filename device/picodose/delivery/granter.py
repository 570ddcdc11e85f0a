"""Issues segments: each is exactly the ordered volume to its end minus what was granted (design 3,
Plan).

Upstream: the order (therapy/order.py) and the rolling caps. Downstream: the dosing tick, two
segments deep. Invariants: no segment without room in every cap (LIM-2) and in the reservation;
never a catch-up (LIM-4).
"""

from micropython import const

from picodose.delivery.plan import UNITS_PER_NL

SEGMENT_MS = const(2000)
_STALL_MS = const(122)  # longest interrupt stall that is worked off; beyond it volume is missed
_LOOK_MS = const(1)  # after a segment's start the tick has surely begun it
_MASKED_MS = const(150)  # interrupts are never held up for longer while the loop runs

TRIP_PLAN = const(1)  # negative or impossible step count
TRIP_TICK = const(2)  # the dosing interrupt has died
TRIP_REPORT = const(3)  # the pulse hardware reports a command no more
TRIP_BEYOND = const(4)  # more commanded than granted, or more reported than commanded


class Granter:
    """order, plan, caps, ledger, dosing: see their modules; cover(steps, now_ms) reserves in
    flash, True when safe.

    spacing_min_us: shortest pulse spacing of the profile; rate_max_nl_h: highest allowed rate.
    """

    def __init__(self, order, plan, caps, ledger, dosing, cover, spacing_min_us, rate_max_nl_h):
        self._order = order
        self._plan = plan
        self._caps = caps
        self._ledger = ledger
        self._dosing = dosing
        self._cover = cover
        self._spacing_min_us = spacing_min_us
        self._rate_max = rate_max_nl_h
        self.tick_ms = 1000
        self.missed_units = 0
        self.capped_steps = 0
        self.tripped = 0
        self._start_ms = 0
        self.end_ms = 0
        self._starved = 0
        self._ticks = self._ticks_ms = 0  # the tick's heart beat, and when it last went on
        self._waits_ms = 0  # since when the oldest command is without its report, 0: none is
        self._reported = 0
        self._tick_steps = 0  # most steps that the profile's pulses leave room for in a tick
        self._limits = (1, 0)  # burst_max and owed_max of the newest segment, by its own rate
        self.bridge = None  # while the dead volume holds another concentration (bridge.py)

    def deliver_under(self, caps, rate_max_nl_h: int) -> None:
        """Loop, nothing granted: what comes next counts in these caps, at this rate at most."""
        self._caps = caps
        self._rate_max = rate_max_nl_h

    def begin(self, start_ms: int, tick_ms: int) -> None:
        """New epoch: the first segment's first tick comes at start_ms."""
        self.tick_ms = tick_ms
        self._start_ms = self.end_ms = start_ms
        self._starved = self._dosing.starved
        self._tick_steps = tick_ms * 1000 // self._spacing_min_us
        self._limits = (1, 0)
        self._ticks_ms = start_ms
        self._waits_ms = 0

    def run(self, now_ms: int) -> int:
        """Publish the next segment if a slot is free; returns the instant of the next look."""
        dosing = self._dosing
        if dosing.ticks != self._ticks:
            self._ticks, self._ticks_ms = dosing.ticks, now_ms
        elif now_ms > self._ticks_ms + max(3 * self.tick_ms, _MASKED_MS):
            self.tripped = TRIP_TICK
        if not dosing.free():
            return max(self._start_ms, now_ms) + _LOOK_MS
        if dosing.starved != self._starved:
            self._close_gap()
        bridge = self.bridge
        left = bridge.room() if bridge else 0
        if left < 0:
            return max(self.end_ms, now_ms) + _LOOK_MS
        self._start_ms = self.end_ms
        self._publish(now_ms, left)
        if bridge and not left:
            bridge.end()
        return self._start_ms + _LOOK_MS

    def check(self, now_ms: int, due_ms: int) -> int:
        """After the counts were collected: no steps beyond the grant, and each is reported.
        Returns due_ms, or the instant at which a report is overdue if that comes first.
        """
        ledger = self._ledger
        if not ledger.granted >= ledger.commanded >= ledger.confirmed:
            self.tripped = TRIP_BEYOND
        if ledger.commanded == ledger.confirmed:
            self._waits_ms = 0
            return due_ms
        if not self._waits_ms or ledger.confirmed != self._reported:
            self._waits_ms, self._reported = now_ms, ledger.confirmed
        overdue_ms = self._waits_ms + max(3 * self.tick_ms, SEGMENT_MS)
        if now_ms > overdue_ms:
            self.tripped = TRIP_REPORT
        return min(due_ms, overdue_ms + 1)

    def _publish(self, now_ms: int, left: int) -> None:
        """left: steps of a bridge that may still be granted, 0 when none is on."""
        start_ms, tick_ms = self.end_ms, self.tick_ms
        span_ms = self._order.next_change_ms(start_ms, start_ms + SEGMENT_MS) - start_ms
        if left:  # the tick in which the bridge ends is the segment's last
            units = self._order.units(start_ms, start_ms + span_ms)
            span_ms = self._plan.ms_until(left, units, span_ms)
        ticks = -(-span_ms // tick_ms)
        self.end_ms = start_ms + ticks * tick_ms
        units = self._order.units(start_ms, self.end_ms)
        wanted = self._plan.steps(units)
        if 0 < left < wanted:  # what of that tick lies behind the switch is missed
            self.missed_units += units * (wanted - left) // wanted
            wanted = left
        if wanted < 0 or wanted > self._steps_max(ticks):
            self.tripped = TRIP_PLAN
            return
        steps = self._allowed(wanted, start_ms, now_ms)
        self._ledger.granted += steps
        burst_max = (2 * steps + ticks - 1) // ticks
        if burst_max > self._tick_steps:
            burst_max = self._tick_steps
        owed_max = -(-steps * (_STALL_MS + tick_ms) // (ticks * tick_ms)) + burst_max
        burst_before, owed_before = self._limits  # what that segment owes goes out in this one
        self._limits = (burst_max or 1, owed_max)
        self._dosing.publish(
            steps,
            ticks,
            burst_max if burst_max > burst_before else burst_before,
            owed_max if owed_max > owed_before else owed_before,
        )

    def _allowed(self, wanted: int, start_ms: int, now_ms: int) -> int:
        if not wanted:
            return 0
        room = self._caps.room(start_ms)
        steps = wanted if wanted <= room else room
        self.capped_steps += wanted - steps
        if steps and not self._cover(self._ledger.granted + steps, now_ms):
            self.capped_steps += steps
            return 0
        if steps:
            self._caps.grant(steps, self.end_ms)
        return steps

    def miss_since(self, from_ms: int) -> None:
        """What was ordered between from_ms and the next segment's start will not be delivered."""
        self.missed_units += self._order.units(from_ms, self.end_ms)

    def _steps_max(self, ticks: int) -> int:
        return self._plan.steps_for_nl(ticks * self.tick_ms * self._rate_max // UNITS_PER_NL) + 3

    def _close_gap(self) -> None:
        """Ticks that found no segment: their ideal volume is missed, and the time line moves
        on.
        """
        starved = self._dosing.starved
        gap_ms = ((starved - self._starved) & ((1 << 29) - 1)) * self.tick_ms
        from_ms, self.end_ms = self.end_ms, self.end_ms + gap_ms
        self.miss_since(from_ms)
        self._starved = starved
