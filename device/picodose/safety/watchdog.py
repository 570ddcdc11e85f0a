"""When the watchdog may be fed, and when restarting no longer helps (SAF-2, REC-5)."""

from micropython import const

NEVER_S = 0xFFFFFFFF  # as in record/reservation.py
_WITHIN_S = const(3600)


class Alive:
    """Every part reports once a loop pass; only a pass in which all did may feed.

    parts: how many there are (at most 30), numbered from 0.
    """

    def __init__(self, parts: int) -> None:
        self._all = (1 << parts) - 1
        self._seen = 0

    def report(self, part: int) -> None:
        """A part has done its work in this pass."""
        self._seen |= 1 << part

    def may_feed(self) -> bool:
        """True if all parts reported since the last call; starts the next pass."""
        seen = self._seen
        self._seen = 0
        return seen == self._all


def timed_out(history_s: list, running_s: int) -> "tuple":
    """Book a watchdog timeout at a running time; return (new history, stay stopped).

    history_s: the last three timeouts, oldest first, NEVER_S where there were fewer. Three within
    60 min of running time mean that restarting does not help.
    """
    history_s = history_s[1:] + [running_s]
    return history_s, history_s[0] != NEVER_S and running_s - history_s[0] <= _WITHIN_S
