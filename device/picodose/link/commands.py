"""THE table of all commands. What is not here does not exist on the wire.

A row: name, role, ordered, handler, keys.
    ordered   1: it acts, so its id must be new and a session open, and what it does outlives a
              reset: so does its id; PASSING: it acts on nothing that a reset would keep;
              0: it reads, or may always be repeated
    handler   a method of the link itself if it starts with "on_", of facade.py if it has no dot,
              else the path below the pump of what facade.order() runs; it gets the values in key
              order, None for one left out
A key: (name, low, high, needed) for a whole number; (name, None, longest, needed) for a text.

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

# id and cmd stand first in every request. 2**30-1: the largest small integer of MicroPython.
HEAD = (("id", 1, 1073741823, 1), ("cmd", None, 16, 1))

PASSING = const(2)
UPLOAD_MAX = 5600  # bytes; 7 days of 24 steps, each with a bolus

COMMANDS = (
    ("hello", "observer", 0, "on_hello", ()),
    # page 0 therapy and volumes, 1 alarms, 2 battery, reservoir, clock, memory
    ("status", "observer", 0, "status", (("page", 0, 2, 1),)),
    ("stop", "patient", 0, "on_stop", ()),
    ("start", "clinician", 1, ".start", ()),
    # seconds since 2000-01-01 00:00 bench local time, from 2026-01-01 to 2100-01-01: what is
    # earlier comes from a clock that was never set
    ("clock", "clinician", 1, ".set_clock", (("wall_s", 820540800, 3155760000, 1),)),
    # kind "rx": a prescription. length of the whole in bytes; its CRC-32, 8 hex digits
    (
        "stage_begin",
        "clinician",
        PASSING,
        "programming.stage_begin",
        (("kind", None, 12, 1), ("length", 2, UPLOAD_MAX, 1), ("crc", None, 8, 1)),
    ),
    (
        "stage_part",
        "clinician",
        PASSING,
        "programming.stage_part",
        (("part", 0, 255, 1), ("data", None, 300, 1)),
    ),
    ("stage_end", "clinician", PASSING, "programming.stage_end", ()),
    (
        "commit",
        "clinician",
        1,
        "programming.commit",
        (("digest", 0, 4294967295, 1), ("override", None, 120, 1)),
    ),
    (
        "bolus",
        "clinician",
        1,
        "boluses.begin_single",
        (
            ("amount_nl", 1, 1073741823, 1),
            ("duration_ms", 1, 1073741823, 1),
            ("override", None, 32, 0),
        ),
    ),
    ("decommission", "clinician", 1, "ended.begin", (("name", None, 16, 1),)),
    ("commission", "clinician", 1, "commission", (("name", None, 16, 1),)),
    ("score", "clinician", 1, "trial.score", (("score", 0, 10, 1), ("text", None, 48, 1))),
    ("patient_bolus", "patient", 1, "patient_bolus", ()),
    ("cancel", "patient", 1, "boluses.cancel", ()),  # the running bolus, and that alone
    ("ack", "patient", 1, "parts.alerts.ack", (("code", 1, 255, 1),)),
    ("log", "observer", 0, "log_read", (("ring", 0, 1, 1), ("since", 0, 1073741823, 1))),
    ("battery", "clinician", 1, "battery_new", ()),
    ("audio_pause", "patient", PASSING, "parts.alerts.pause", (("span_s", 0, 600, 1),)),
    ("sound_test", "clinician", PASSING, "parts.alerts.sound_test", ()),
    ("service_reset", "service", PASSING, "service_reset", ()),
    (
        "refill",
        "clinician",
        1,
        "refills.refill",
        (
            ("measured_nl", 0, 1073741823, 1),
            ("filled_nl", 1, 1073741823, 1),
            ("fluid", None, 16, 1),
            ("conc_ug_ml", 0, 1000000, 1),
        ),
    ),
    ("explain", "clinician", 1, "refills.explain", ()),
    ("refill_log", "observer", 0, "refill_log", (("index", 0, 11, 1),)),
    ("prime", "clinician", 1, "runs.prime", (("amount_nl", 1, 1073741823, 1),)),
    (
        "calibrate_run",
        "service",
        1,
        "runs.calibrate",
        (("amount_nl", 1, 1073741823, 1), ("rate_nl_h", 1, 1073741823, 1)),
    ),
)
