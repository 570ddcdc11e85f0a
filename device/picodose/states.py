"""The pump's state machine as one table: what leads from a state to another, what each allows.

docs/STATES.md is drawn from here (`python -m tools.states`). What is not in NEXT cannot happen; a
request that a state does not allow is refused and changes nothing. STOP is allowed in every state.
"""

from micropython import const

from picodose import codes
from picodose.codes import Refused

STOPPED = const(0)
BOLUS_ONLY = const(1)  # a single bolus from stopped; afterwards stopped again
RUNNING = const(2)
FAULT = const(3)  # latched: the motor stays off until the next power-on test
PRIMING = const(4)
CALIBRATING = const(5)

NAMES = ("stopped", "bolus", "running", "fault", "priming", "calibrating")

NEXT = {
    (STOPPED, "start"): RUNNING,
    (STOPPED, "bolus"): BOLUS_ONLY,
    (STOPPED, "prime"): PRIMING,
    (STOPPED, "calibrate"): CALIBRATING,
    (STOPPED, "fault"): FAULT,
    (BOLUS_ONLY, "end"): STOPPED,
    (BOLUS_ONLY, "stop"): STOPPED,
    (BOLUS_ONLY, "fault"): FAULT,
    (RUNNING, "stop"): STOPPED,
    (RUNNING, "fault"): FAULT,
    (PRIMING, "end"): STOPPED,
    (PRIMING, "stop"): STOPPED,
    (PRIMING, "fault"): FAULT,
    (CALIBRATING, "end"): STOPPED,
    (CALIBRATING, "stop"): STOPPED,
    (CALIBRATING, "fault"): FAULT,
}

ALLOWED = {
    STOPPED: (
        "start",
        "stage",
        "commit",
        "bolus",
        "clock",
        "prime",
        "calibrate",
        "refill",
        "decommission",
    ),
    BOLUS_ONLY: ("stage", "cancel"),
    RUNNING: ("stage", "commit", "bolus", "patient_bolus", "cancel", "clock"),
    FAULT: ("clock",),
    PRIMING: (),
    CALIBRATING: (),
}
NOT_DURING_BOLUS = (  # THER-11
    "commit",
    "bolus",
    "patient_bolus",
    "clock",
    "prime",
    "calibrate",
    "refill",
)
NOT_DURING_BRIDGE = ("bolus", "patient_bolus", "prime", "calibrate")  # THER-5
PROGRAMS = ("stage", "commit", "bolus")  # refused by a fixed-rate build (THER-6)


def require(state: int, request: str, in_bolus: bool, in_bridge: bool) -> None:
    """Raise Refused unless this state, with or without a running bolus or a bridge, allows the
    request.
    """
    if in_bolus and request in NOT_DURING_BOLUS:
        hint = "wait for the bolus to end, or stop"
        raise Refused(codes.BUSY_BOLUS, request, None, None, hint)
    if in_bridge and request in NOT_DURING_BRIDGE:
        hint = "wait until the old concentration has left the dead volume"
        raise Refused(codes.BUSY_BRIDGE, request, None, None, hint)
    if request in ALLOWED[state]:
        return
    if state == FAULT:
        raise Refused(codes.NOT_FIT, "state", state, None, "switch off and on again")
    if request in ALLOWED[STOPPED]:
        raise Refused(codes.NOT_STOPPED, "state", state, STOPPED, "stop first")
    raise Refused(codes.NOT_RUNNING, "state", state, RUNNING, "start first")
