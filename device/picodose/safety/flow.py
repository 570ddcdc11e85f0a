"""Does the water follow the steps? Judges of steps, rotor marks and line pressure (DEL-5).

Upstream: flow_watch.py. Every limit is in steps; the time it takes at each rate stands in
docs/DETECTION.md, written from the profiles.
"""

from micropython import const

WINDOW_MS = const(300_000)
WINDOW_STEPS = const(40)
SHARE = const(10)  # of a window's volume may be missing: 4 steps and more
_MASK16 = const(0xFFFF)
_MARKS_MORE = const(2)  # a rotor that rocks on an edge of its disk


def stall_steps(apart: int) -> int:
    """Most steps between two marks that come every `apart` steps: a sixteenth for play and
    slip.
    """
    return apart + apart // 16


class Under:
    """Less reported than granted, or less granted than ordered, over windows of 5 min or 40 steps,
    whichever is longer; total: steps counted at boot.
    """

    def __init__(self, now_ms: int, total: int):
        self._asked = self._from_asked = total
        self._from_short = 0
        self._from_ms = now_ms

    def judge(self, now_ms: int, granted: int, closed: int, late: int) -> int:
        """Steps that the window which ends now is short of, 0 if in order, -1: it goes on.

        granted: steps ever granted; closed: of them, those reported, taken back or lost; late:
        steps ordered that will not come. What was granted before the last call (two segments ago
        and more) is to be closed by now.
        """
        short = late + max(0, self._asked - closed)
        self._asked = granted
        volume = granted - self._from_asked
        if now_ms - self._from_ms < WINDOW_MS or volume < WINDOW_STEPS:
            return -1
        missing = short - self._from_short
        self._from_ms, self._from_asked, self._from_short = now_ms, granted, short
        return missing if missing > volume // SHARE else 0


class Rotor:
    """Marks of the index sensor, one every `apart` steps that the rotor really makes."""

    def __init__(self, apart: int, confirmed: int, marks: int):
        self._apart = apart
        self._most = stall_steps(apart)
        self._looked = self.mark_at = confirmed
        self._marks = marks

    def rest(self, confirmed: int, marks: int) -> None:
        """The motor is off: that somebody turns it by hand is no fault."""
        if marks != self._marks:
            self.mark_at = confirmed
        self._looked, self._marks = confirmed, marks

    def judge(self, confirmed: int, marks: int) -> int:
        """1: it stands still or slips; -1: it turned without steps; 0: in order.

        confirmed: steps; marks: modulo 2^16.
        """
        new = (marks - self._marks) & _MASK16
        room = (confirmed - self._looked) // self._apart + _MARKS_MORE
        self._marks, self._looked = marks, confirmed
        if new > room:
            return -1
        if new:
            self.mark_at = confirmed
        return 1 if confirmed - self.mark_at > self._most else 0


class Leak:
    """A closed line keeps the pressure of the valve at its end; an open one, or air, does not."""

    def __init__(self, least_pa: int, most_steps: int, confirmed: int):
        self._least_pa = least_pa
        self.most_steps = most_steps
        self.rest(confirmed)

    def rest(self, confirmed: int) -> None:
        """The line is being filled or is open on purpose."""
        self._held_at = confirmed

    def judge(self, pressure_pa: int, confirmed: int) -> bool:
        """True when too many steps did not bring the pressure up; then they count anew."""
        missing = confirmed - self._held_at > self.most_steps
        if missing or pressure_pa >= self._least_pa:
            self._held_at = confirmed
        return missing and pressure_pa < self._least_pa
