"""The reservation record: what must be known after any reset before the pump may move.

One payload of fixed size. Counts are steps since commissioning; a reset that lost the scratch
registers books reserved - confirmed as uncertain. Times that end with _s are running seconds
(running time is kept across resets), mark_s alone is wall time.
"""

import struct

from micropython import const

from picodose.codes import MemoryFault

BUCKETS = const(51)  # slots of the 24 h window: 48 x 30 min, cut ends, late drops
REQUESTS = const(16)
PATIENT = const(24)  # most patient boluses in 24 h that a prescription may allow
RUNNING = const(1)  # flags: a committed prescription was being delivered
PRIMING = const(2)  # flags: a prime, a calibration run
CALIBRATING = const(4)
NEVER_S = 0xFFFFFFFF
_VERSION = const(2)
# in the order of the payload, after version: bytes, 64-bit, 32-bit, then the lists
_BYTES = ("flags", "battery_tier", "bolus_origin")
_LONG = ("running_ms", "granted", "confirmed", "reserved")
_WORDS = (
    "boot",
    "seq30",
    "uncertain",
    "nl_num",
    "steps_den",
    "mark_s",
    "bolus_id",
    "bolus_nl",
    "bolus_left_nl",
    "phase_ms",
    "hour_steps",
    "alarms",
    "lockout_s",
    "periodic_s",
    "stopped_s",
    "battery_s",
    "soon_s",
    "last_id",
    "ran_s",
    "trial_s",
)
_FIELDS = _BYTES + _LONG + _WORDS
_LISTS = (("watchdog_s", 3), ("patient_s", PATIENT), ("buckets", BUCKETS), ("journal_seq", 2))
_FORMAT = "<B3B4Q20I80I64s"  # counts: _BYTES, _LONG, _WORDS, numbers in all the lists, requests


class Reservation:
    """Plain numbers, all 0 (times NEVER_S) for a pump just commissioned.

    flags: RUNNING or 0; battery_tier: latched tier; boot: boots so far (modulo
    65536); seq30: reservation number as kept in scratch, below 2**30; running_ms: running time;
    granted, confirmed, reserved: total steps; uncertain: steps counted but not known to be
    delivered; nl_num, steps_den: nL per steps, in which the buckets count;
    mark_s: WallClock.mark_s(); bolus_id: last bolus id given out; bolus_nl, bolus_left_nl,
    bolus_origin: amount of the running bolus (0: none), what was left of it when this was written
    and who asked; phase_ms, hour_steps, buckets: Caps.save(); alarms: Alarms.latched_mask();
    lockout_s: since when the lockout of patient boluses runs, 0 for none yet; periodic_s: when the
    last scheduled bolus began; stopped_s: since when a person keeps it stopped; battery_s: when
    the battery was new; soon_s: when it fell to *replace soon*; last_id: highest id of a request
    that acted; ran_s: when the prescription in force was last seen running; trial_s: when its
    trial ends, or ended; watchdog_s: the last three watchdog timeouts, oldest first; journal_seq:
    entries of the event and of the fault log that flash held; patient_s: the last 24 starts of
    patient boluses, newest first, 0 for none; requests: CRCs of the last 16 requests that acted,
    4 bytes each, newest first. With its slot it has 512 bytes: one more, and littlefs would give
    it a block of its own at each save.
    """

    flags: "int"
    battery_tier: "int"
    bolus_origin: "int"
    running_ms: "int"
    granted: "int"
    confirmed: "int"
    reserved: "int"
    boot: "int"
    seq30: "int"
    uncertain: "int"
    nl_num: "int"
    steps_den: "int"
    mark_s: "int"
    bolus_id: "int"
    bolus_nl: "int"
    bolus_left_nl: "int"
    phase_ms: "int"
    hour_steps: "int"
    alarms: "int"
    lockout_s: "int"
    periodic_s: "int"
    stopped_s: "int"
    battery_s: "int"
    soon_s: "int"
    last_id: "int"
    ran_s: "int"
    trial_s: "int"
    watchdog_s: "list"
    patient_s: "list"
    buckets: "list"
    journal_seq: "list"

    def __init__(self) -> None:
        for name in _FIELDS:
            setattr(self, name, NEVER_S if name[-2:] == "_s" else 0)
        self.battery_s = self.lockout_s = 0
        self.watchdog_s = [NEVER_S] * 3
        self.patient_s = [0] * PATIENT
        self.buckets = [0] * BUCKETS
        self.journal_seq = [0, 0]
        self.requests = bytes(4 * REQUESTS)

    def pack(self) -> bytes:
        """Encode as the payload of a slot."""
        values = [getattr(self, name) for name in _FIELDS]
        for name, _length in _LISTS:
            values += getattr(self, name)
        return struct.pack(_FORMAT, _VERSION, *(values + [self.requests]))


def unpack(payload: bytes) -> Reservation:
    """Decode a payload; raise MemoryFault if it is of another version or length."""
    if len(payload) != struct.calcsize(_FORMAT) or payload[0] != _VERSION:
        raise MemoryFault("reservation")
    values = list(struct.unpack(_FORMAT, payload)[1:])
    record = Reservation()
    for name in _FIELDS:
        setattr(record, name, values.pop(0))
    for name, length in _LISTS:
        setattr(record, name, values[:length])
        values = values[length:]
    record.requests = values[0]
    return record
