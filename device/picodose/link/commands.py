"""THE table of all commands. What is not here does not exist on the wire.

One text, for that takes a third of the heap that tuples take. A line: name, role, ordered,
handler, keys.
    role      0 observer: no key needed; 1 patient, 2 clinician, 3 service: a signature by a key
              of this role or a higher one (keys.py)
    ordered   1: it acts, so its id must be new and a session open, and what it does outlives a
              reset: so does its id; PASSING: it acts on nothing that a reset would keep;
              0: it reads, or may always be repeated
    handler   a method of the link itself if it starts with "on_", of facade.py if it has no dot,
              else the path below the pump of what facade.order() runs; it gets the values in key
              order, None for one left out
A key: name:low:high for a whole number (no high: MOST), name::longest for a text; a last :? where
it may be left out.

The pump (facade.py) has these methods. Each returns (key, value) pairs for the reply, or
None where "done" says all; it raises codes.Refused, and then nothing has changed.
    order(path, values)      what a dotted row names; the rooms of the pump tell what it means
    hello()   status(page)   stop(origin)   battery_new()   service_reset()   patient_bolus()
    commission(name)         refill_log(index)
    last_id()                highest id of an acting request, resets or not
    remember(id, crc)        one is about to act   knows(crc)   one of the last 16, resets or not
    heard(now_ms)            told at every valid line; nothing comes back
    lost()                   the host went away without a word: what it staged is forgotten
    log_read(ring, since)    ring 0 events, 1 faults -> ("count", n), ("last", sequence number of
                             the last one), ("entries", hex): at most 6 whole entries of 32
                             bytes, the oldest whose sequence number is above `since`
"""

from micropython import const

MOST = const(1073741823)  # 2**30-1: the largest small integer of MicroPython

# id and cmd stand first in every request.
HEAD = (("id", 1, MOST, True), ("cmd", None, 16, True))

# These two stand last in a signed request, and in no other.
SIGNATURE = (("key", 1, 8, False), ("mac", None, 32, False))

PASSING = const(2)
UPLOAD_MAX = 5600  # bytes; 7 days of 24 steps, each with a bolus

COMMANDS = (
    "\n"
    "hello 0 0 on_hello\n"
    # page 0 therapy and volumes, 1 alarms, 2 battery, reservoir, clock, memory, 3 identity
    "status 0 0 status page:0:3\n"
    "stop 0 0 on_stop\n"
    "start 2 1 .start\n"
    # seconds since 2000-01-01 00:00 bench local time, from 2026-01-01 to 2100-01-01: what is
    # earlier comes from a clock that was never set
    "clock 2 1 .set_clock wall_s:820540800:3155760000\n"
    # kind "rx": a prescription. length of the whole in bytes (7 days of 24 steps, each with a
    # bolus, have 5600); its CRC-32, 8 hex digits
    "stage_begin 2 2 programming.stage_begin kind::12 length:2:5600 crc::8\n"
    "stage_part 2 2 programming.stage_part part:0:255 data::300\n"
    "stage_end 2 2 programming.stage_end\n"
    "commit 2 1 programming.commit digest:0:4294967295 override::120\n"
    "bolus 2 1 boluses.begin_single amount_nl:1: duration_ms:1:"
    " override::32:?\n"
    "decommission 2 1 ended.begin name::16\n"
    "commission 2 1 commission name::16\n"
    "score 2 1 trial.score score:0:10 text::48\n"
    "patient_bolus 1 1 patient_bolus\n"
    "cancel 1 1 boluses.cancel\n"  # the running bolus, and that alone
    "ack 0 1 parts.alerts.ack code:1:255\n"
    "log 0 0 log_read ring:0:1 since:0:\n"
    "battery 2 1 battery_new\n"
    "audio_pause 1 2 parts.alerts.pause span_s:0:600\n"
    "sound_test 2 2 parts.alerts.sound_test\n"
    "service_reset 3 2 service_reset\n"
    "refill 2 1 refills.refill measured_nl:0: filled_nl:1: fluid::16"
    " conc_ug_ml:0:1000000\n"
    "explain 2 1 refills.explain\n"
    "refill_log 0 0 refill_log index:0:11\n"
    "prime 2 1 runs.prime amount_nl:1:\n"
    "calibrate_run 3 1 runs.calibrate amount_nl:1: rate_nl_h:1:\n"
    "enrol 0 1 enrol role:1:3 secret::64\n"  # 32 bytes as hex; while SERVICE is held
    "key_remove 3 1 parts.keys.remove which:1:8\n"
    "maintenance 3 1 on_maintenance\n"
)
