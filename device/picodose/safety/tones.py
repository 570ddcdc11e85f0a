"""What each sound is: notes in exact milliseconds, and a tune for the beeper (ALM-2).

Fundamentals of the drug-delivery melody of IEC 60601-1-8; a bare piezo lacks the harmonics.
"""

from micropython import const

LOW = const(1)
MEDIUM = const(2)
HIGH = const(3)
CONFIRM = const(4)
REFUSE = const(5)
CLICK = const(6)
ALARM = (0, LOW, MEDIUM, HIGH)  # pattern by priority

# periods in us of the equal-tempered notes (A4 = 440 Hz)
_C4 = const(3822)
_D4 = const(3405)
_E4 = const(3034)
_G4 = const(2551)
_C5 = const(1911)
_G5 = const(1276)
_C6 = const(956)
_A3 = const(4545)
_CLICK = const(500)
_REST = const(64)

# pattern: (length of each note in ms, ((period_us, start_ms), ...))
_PATTERNS = (
    (0, ()),
    (260, ((_E4, 0), (_C4, 520))),
    (220, ((_C5, 0), (_D4, 441), (_G4, 881))),
    (
        144,
        (
            (_C5, 0),
            (_D4, 224),
            (_G4, 447),
            (_C5, 835),
            (_D4, 1058),
            (_C5, 1750),
            (_D4, 1974),
            (_G4, 2197),
            (_C5, 2585),
            (_D4, 2808),
        ),
    ),
    (80, ((_G5, 0), (_C6, 100))),
    (400, ((_A3, 0),)),
    (20, ((_CLICK, 0),)),
)


def notes(pattern: int) -> list:
    """The notes of a pattern: list of (period_us, start_ms, duration_ms)."""
    length_ms, played = _PATTERNS[pattern]
    return [(period_us, start_ms, length_ms) for period_us, start_ms in played]


def length_ms(pattern: int) -> int:
    """From the first note's start to the last note's end."""
    period_us, start_ms, duration_ms = notes(pattern)[-1]
    return start_ms + duration_ms


class Tune:
    """One pattern on its way to the beeper.

    The beeper plays whole periods and says how long a note really is; the rest that follows makes
    up the difference, so every note starts on its millisecond.
    """

    def __init__(self, pattern: int) -> None:
        self._notes = notes(pattern)
        self._at_us = 0  # what the queued notes and rests come to

    def feed(self, beeper) -> bool:
        """Queue notes while beeper.room(); True as long as some are left.

        beeper.note(period_us, duration_us, sound) returns the real length in us.
        """
        while self._notes and beeper.room():
            period_us, start_ms, duration_ms = self._notes[0]
            rest_us = start_ms * 1000 - self._at_us
            if rest_us >= _REST:
                self._at_us += beeper.note(_REST, rest_us, False)
            else:
                self._at_us += beeper.note(period_us, duration_ms * 1000, True)
                self._notes.pop(0)
        return len(self._notes) > 0
