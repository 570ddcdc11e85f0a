"""When restarting no longer helps (REC-5)."""

from micropython import const

NEVER_S = 0xFFFFFFFF  # as in record/reservation.py
_WITHIN_S = const(3600)


def timed_out(history_s: list, running_s: int) -> "tuple":
    """Book a watchdog timeout at a running time; return (new history, stay stopped).

    history_s: the last three timeouts, oldest first, NEVER_S where there were fewer. Three within
    60 min of running time mean that restarting does not help.
    """
    history_s = history_s[1:] + [running_s]
    return history_s, history_s[0] != NEVER_S and running_s - history_s[0] <= _WITHIN_S
