"""What the pump must account for across resets: reservations, the long cap ring, running time, the
day's mark.

Upstream: delivery/granter.py asks cover() before it passes the reserved total. Downstream:
record/reservation.py in two slots. Invariant: flash always tells a total at least as large as what
was delivered (design 3, REC-1).
"""

import struct

from micropython import const

from picodose.codes import AL_MEMORY, MemoryFault
from picodose.record.reservation import CALIBRATING, NEVER_S, PRIMING, RUNNING, Reservation
from picodose.safety.battery import DAYS, days_left

_AHEAD_MS = const(900_000)  # a reservation covers 15 min
_CAP_SHARE = const(20)  # and at most 5 % of the smallest cap
_LEAST_STEPS = const(4)
_SEGMENT_MS = const(2000)
_SEQ_MASK = const((1 << 30) - 1)
_HALF = const(1 << 28)


class Accounts:
    """slots: SlotPair of the reservation record; parts: the wired pump (assembly.py)."""

    def __init__(self, slots, record: Reservation, parts):
        self._slots = slots
        self._parts = parts
        self.record = record
        self.reserved = record.reserved
        self.uncertain_steps = record.uncertain
        self.doubted_steps = 0  # of them, those that the last reset left
        self.boot = record.boot
        self._base_ms = record.running_ms
        self.failed = False
        self.sealed = False  # no slot was readable: what flash holds is evidence, never replaced

    def take_over(self, record: Reservation, counted: tuple) -> None:
        """At boot: put the caps where they stood, book what a reset left uncertain as the newest
        volume (LIM-2).

        counted: what recover() gave; ages stand still through a power loss.
        """
        now_ms = self._parts.clock.now_ms()
        caps = self._parts.caps
        if record.granted or record.hour_steps:
            caps.restore(now_ms, record.phase_ms, record.buckets, [record.hour_steps])
            plan = self._parts.plan
            caps.revalue(record.nl_num * plan.steps_den, record.steps_den * plan.nl_num)
        beyond = counted[0] - record.granted
        if beyond > 0 and not record.flags & (PRIMING | CALIBRATING):  # those are no therapy
            caps.grant(beyond, now_ms)
        record.flags &= RUNNING
        self.doubted_steps = counted[1]
        self.uncertain_steps += counted[1]

    def cover(self, granted: int, now_ms: int) -> bool:
        """True when flash knows of at least `granted` steps, reserving further ahead if need
        be.
        """
        if granted <= self.reserved:
            return True
        return self.save(now_ms, granted + self._ahead_steps())

    def save(self, now_ms: int, reserved: int = 0) -> bool:
        """Write the record and read it back; False (and alarm *memory* by the caller) when flash
        refuses.
        """
        if self.sealed:
            return False
        parts = self._parts
        ledger = parts.ledger
        ledger.collect()
        base = ledger.commanded_at
        record = self.record
        record.seq30 = (record.seq30 + 1) & _SEQ_MASK
        record.granted, record.confirmed = ledger.granted, ledger.commanded
        kept = self.reserved if parts.delivery.running else 0
        record.reserved = max(reserved, ledger.granted, kept)
        record.uncertain = self.uncertain_steps
        record.battery_tier = parts.battery.tier
        record.journal_seq = parts.journal.durable()
        record.alarms = parts.alarms.latched_mask()
        record.running_ms = self.running_ms(now_ms)
        if parts.order.schedule:
            record.ran_s = record.running_ms // 1000
        record.mark_s = parts.wall.mark_s(max(parts.granter.end_ms, now_ms))
        record.phase_ms, record.buckets, totals = parts.caps.save(now_ms)
        record.nl_num, record.steps_den = parts.plan.nl_num, parts.plan.steps_den
        record.hour_steps = totals[0] if totals else 0
        self._note_bolus(parts.order.bolus, now_ms)
        try:
            self._slots.save(record.pack())
        except (MemoryFault, OSError):
            self.failed = True
            return False
        lock = parts.timer.lock()
        parts.dosing.rebase(record.seq30, base)
        parts.timer.unlock(lock)
        self.reserved = record.reserved
        return True

    def set_running(self, running: bool) -> None:
        """Remember (at the next save) whether therapy resumes after a power loss."""
        self.record.flags = RUNNING if running else 0

    def reserve_run(self, flag: int, steps: int) -> bool:
        """Write that a run of `steps` in all begins, PRIMING or CALIBRATING; False when flash
        refuses.
        """
        self.record.flags = flag
        return self.save(self._parts.clock.now_ms(), self._parts.ledger.granted + steps)

    def keep_running(self, running: bool) -> bool:
        """The same, saved at once; tried again when flash refuses, for the other slot is whole."""
        self.set_running(running)
        clock = self._parts.clock
        return self.save(clock.now_ms()) or self.save(clock.now_ms())

    def keep_stopped(self) -> None:
        """After a halt; alarm *memory* when flash may still say that therapy resumes."""
        if not self.keep_running(False):
            self._parts.alerts.raise_(AL_MEMORY)

    def running_ms(self, now_ms: int) -> int:
        """Running time since commissioning: durations count this, time without power does not."""
        return self._base_ms + now_ms

    def remember(self, request_id: int, crc: int) -> None:
        """A request is about to act: the next save keeps its id and CRC-32 across resets."""
        self.record.last_id = request_id
        self.record.requests = struct.pack("<I", crc) + self.record.requests[:-4]

    def knows(self, crc: int) -> bool:
        """True for one of the last 16 requests that acted, in this boot or before (THER-11)."""
        known = struct.unpack("<16I", self.record.requests)
        return crc in known

    def next_bolus_id(self) -> int:
        """A number that no earlier bolus had."""
        self.record.bolus_id += 1
        return self.record.bolus_id

    def begin_countdown(self, now_ms: int) -> None:
        """The battery is to be replaced within 90 days of running time from now (BAT-1)."""
        if self.record.soon_s == NEVER_S:
            self.record.soon_s = self.running_ms(now_ms) // 1000

    def end_countdown(self) -> None:
        """A fresh battery was fitted."""
        self.record.soon_s = NEVER_S

    def battery_days(self, now_ms: int) -> int:
        """Whole days left of the countdown, 90 while none runs."""
        soon_s = self.record.soon_s
        return DAYS if soon_s == NEVER_S else days_left(soon_s, self.running_ms(now_ms) // 1000)

    def missed_nl(self) -> int:
        """Ordered volume of this boot that will not be delivered: gaps, caps, long stalls."""
        parts = self._parts
        steps = parts.granter.capped_steps + parts.ledger.missed_stall
        return parts.granter.missed_units // 3_600_000 + parts.plan.nl(steps)

    def reservoir_counted_nl(self) -> int:
        """Volume counted out since the fill, uncertain steps included."""
        parts = self._parts
        plan = parts.plan
        return parts.settings.fill.counted_nl(parts.ledger.granted, plan.nl_num, plan.steps_den)

    def reservoir_nl(self) -> int:
        """Volume left in the reservoir by this account."""
        return self._parts.reservoir.remaining_nl(self.reservoir_counted_nl())

    def refill_wall_s(self, rx, wall_s: "int | None") -> int:
        """When the reservoir will be low if every allowed bolus is used, or the fill too old; -1
        while not known.
        """
        if wall_s is None or rx is None:
            return -1
        counted_nl, date_s = self.reservoir_counted_nl(), self._parts.settings.fill.date_s
        low_s = self._parts.reservoir.refill_wall_s(counted_nl, rx.allowed_24h_nl(), wall_s)
        return min(low_s, date_s + self._parts.profile.REFILL_DAYS * 86400)

    def _note_bolus(self, bolus, now_ms: int) -> None:
        """A reset ends the running bolus: the next boot tells what it was and what was left."""
        record = self.record
        record.bolus_nl = record.bolus_left_nl = 0
        if bolus:
            record.bolus_nl, record.bolus_origin = bolus.amount_nl, bolus.origin
            record.bolus_left_nl = bolus.remaining_nl(now_ms)

    def _ahead_steps(self) -> int:
        """What the order may deliver in 15 min, at most 5 % of the smallest cap, at least two
        segments.
        """
        parts = self._parts
        end_ms = parts.granter.end_ms
        whole = parts.plan.whole_steps
        ahead = whole(parts.order.units(end_ms, end_ms + _AHEAD_MS))
        least = whole(parts.order.units(end_ms, end_ms + 2 * _SEGMENT_MS)) + 2
        smallest = min([window.cap_steps for window in parts.caps.windows])
        return max(min(ahead, smallest // _CAP_SHARE), least, _LEAST_STEPS)


def recover(record: Reservation, older: "Reservation | None", scratch: "tuple | None") -> tuple:
    """(counted steps, uncertain steps) after a reset.

    scratch: (sequence, commanded since) or None. When it belongs to the newest record, or to the
    one before (the reset came between writing and taking over), the count is exact; otherwise all
    that was reserved counts. A halt just after a reservation takes back part of the burst that it
    counted as commanded: "since" is then below zero, modulo 2^29.
    """
    for known in (record, older):
        if scratch and known and known.seq30 == scratch[0]:
            since = (scratch[1] + _HALF & 2 * _HALF - 1) - _HALF
            return known.confirmed + since, 0
    return record.reserved, record.reserved - record.confirmed
