"""The journal as the rest of the pump writes it: stamps each entry with time and boot, keeps two
rings (REC-2).

Upstream: everybody who has something to report. Downstream: record/journal.py, one ring of events
and one of faults. A writer never fails and nothing halts in here: when flash refuses, entries stay
in RAM as far as there is room and `failed` is raised, which the monitor turns into alarm *memory*.
"""

from micropython import const

from picodose.codes import MemoryFault
from picodose.record.journal import EVENT_FILES, FAULT_FILES, Ring

_NEVER_MS = const(1 << 60)
_PRIORITY_EVENT = const(0)
_PRIORITY_FAULT = const(3)


class Journal:
    """store: hal/storage.py; clock, wall: for the stamps; boot: boot number."""

    def __init__(self, store, clock, wall, boot: int):
        self.events = Ring(store, "e", EVENT_FILES)
        self.faults = Ring(store, "f", FAULT_FILES)
        self._clock = clock
        self._wall = wall
        self.boot = boot
        self.failed = False
        self.due_ms = _NEVER_MS

    def recover(self, known: list) -> bool:
        """Find the end of both rings; to be called once at boot, before the first entry.

        known: how many entries of each flash held for certain (the record tells). False when it
        holds fewer now; numbers go on after the known ones all the same.
        """
        events = self.events.recover(known[0])
        return self.faults.recover(known[1]) and events

    def durable(self) -> list:
        """How many entries of each ring are in flash, for the record."""
        return [self.events.durable_seq, self.faults.durable_seq]

    def event(self, kind: int, a: int, b: int, c: int, urgent: bool) -> None:
        """Add an event; urgent ones are in flash when this returns."""
        self._add(self.events, kind, _PRIORITY_EVENT, a, b, c, urgent)

    def fault(self, kind: int, a: int, b: int, c: int) -> None:
        """Add a fault to the fault log, at once."""
        self._add(self.faults, kind, _PRIORITY_FAULT, a, b, c, True)

    def run(self, now_ms: int) -> None:
        """Loop part: write what has waited long enough."""
        try:
            self.events.flush()
        except (OSError, MemoryFault):
            self.failed = True
        self.due_ms = _NEVER_MS

    def _add(self, ring, kind: int, priority: int, a: int, b: int, c: int, urgent: bool) -> None:
        now_ms = self._clock.now_ms()
        entry = (self.boot, kind, priority, now_ms, self._wall.wall_s(now_ms), a, b, c)
        try:
            ring.add(entry, urgent, now_ms)
        except (OSError, MemoryFault):
            self.failed = True
        waiting_ms = self.events.due_ms()
        self.due_ms = _NEVER_MS if waiting_ms is None else waiting_ms
