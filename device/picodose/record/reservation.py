"""The reservation record: what must be known after any reset before the pump may move.

One payload of fixed size. Counts are steps since commissioning; a reset that lost the scratch
registers books reserved - confirmed as uncertain. Times that end with _s are running seconds
(running time is kept across resets), mark_s alone is wall time.
"""

import struct

from micropython import const

from picodose.codes import MemoryFault

BUCKETS = const(51)  # slots of the 24 h window: 48 x 30 min, cut ends, late drops
RUNNING = const(1)  # flags: a committed prescription was being delivered
NEVER_S = 0xFFFFFFFF
_VERSION = const(1)
_FORMAT = "<BBBxHxxIQQQQQIIIIIIIIIIIIII8x51I"
_BYTES = 320
# in the order of _FORMAT
_FIELDS = (
    "flags",
    "battery_tier",
    "boot",
    "seq30",
    "running_ms",
    "granted",
    "confirmed",
    "reserved",
    "filled_at",
    "uncertain",
    "filled_nl",
    "mark_s",
    "bolus_id",
    "phase_ms",
    "hour_steps",
    "alarms",
    "lockout_s",
    "stopped_s",
    "battery_s",
    "soon_s",
)


class Reservation:
    """Plain numbers, all 0 (times NEVER_S) for a pump just commissioned.

    flags: RUNNING or 0; battery_tier: latched tier; boot: boots so far (modulo
    65536); seq30: reservation number as kept in scratch, below 2**30; running_ms: running time;
    granted, confirmed, reserved: total steps; filled_at: counted steps at the last fill;
    uncertain: steps counted but not known to be delivered; filled_nl: volume at the last fill;
    mark_s: WallClock.mark_s(); bolus_id: last bolus id given out; phase_ms, hour_steps, buckets:
    Caps.save(); alarms: Alarms.latched_mask(); lockout_s: start of the last patient bolus;
    stopped_s: since when a person keeps it stopped; battery_s: when the battery was new;
    soon_s: when it fell to *replace soon*;
    watchdog_s: the last three watchdog timeouts, oldest first.
    """

    flags: "int"
    battery_tier: "int"
    boot: "int"
    seq30: "int"
    running_ms: "int"
    granted: "int"
    confirmed: "int"
    reserved: "int"
    filled_at: "int"
    uncertain: "int"
    filled_nl: "int"
    mark_s: "int"
    bolus_id: "int"
    phase_ms: "int"
    hour_steps: "int"
    alarms: "int"
    lockout_s: "int"
    stopped_s: "int"
    battery_s: "int"
    soon_s: "int"

    def __init__(self) -> None:
        for name in _FIELDS:
            setattr(self, name, NEVER_S if name[-2:] == "_s" else 0)
        self.battery_s = 0
        self.watchdog_s = [NEVER_S] * 3
        self.buckets = [0] * BUCKETS

    def pack(self) -> bytes:
        """Encode as the payload of a slot."""
        values = [getattr(self, name) for name in _FIELDS]
        return struct.pack(_FORMAT, _VERSION, *(values + self.watchdog_s + self.buckets))


def unpack(payload: bytes) -> Reservation:
    """Decode a payload; raise MemoryFault if it is of another version or length."""
    if len(payload) != _BYTES or payload[0] != _VERSION:
        raise MemoryFault("reservation")
    values = struct.unpack(_FORMAT, payload)[1:]
    record = Reservation()
    for i in range(len(_FIELDS)):
        setattr(record, _FIELDS[i], values[i])
    record.watchdog_s = list(values[len(_FIELDS) : len(_FIELDS) + 3])
    record.buckets = list(values[len(_FIELDS) + 3 :])
    return record
