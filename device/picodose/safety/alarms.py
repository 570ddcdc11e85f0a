"""Which alarms are on, which one is heard, and when (ALM-1, ALM-2).

An alarm is active while its cause lasts, and a latched one until it is acknowledged as well. Its
burst repeats fast for 10 min or until it is attended, then in the implant rhythm. Of several, the
highest priority sounds; all are listed.
"""

from micropython import const

from picodose.safety import alarm_table, tones

_UNATTENDED_MS = const(600000)
_SLOW_MS = (0, 3600000, 600000, 600000)  # by priority: low once an hour, others every 10 min
_FAST_MS = (0, 16000, 4101, 5952)  # burst and silence of ALM-2, start to start
_FIRST = const(100)  # codes of alarms begin here
_CODES = const(64)
_CODE = const(0)  # columns of the table
_PRIORITY = const(1)
_ACTION = const(2)
_LATCHED = const(3)
_CLEARS = const(4)
_PRESENT = const(1)
_HELD = const(2)  # latched and not acknowledged since
FAR_MS = 1 << 62


class Alarms:
    """The state of every row of the alarm table; time is monotonic ms."""

    def __init__(self, rows: tuple = alarm_table.ROWS) -> None:
        self._rows = rows
        self._state = bytearray(len(rows))
        self._row_of = bytearray(_CODES)  # by code - _FIRST: number of its row + 1, 0 for none
        for i in range(len(rows)):
            self._row_of[rows[i][_CODE] - _FIRST] = i + 1
        self._fast_until_ms = [0] * len(rows)
        self._next_ms = [0, 0, 0, 0]  # next burst by priority
        self._last = 0  # priority of the last burst; lower ones wait for the silence after it
        self._quiet_ms = 0

    def raise_(self, code: int, now_ms: int) -> bool:
        """The cause of an alarm is there; True if the alarm is new (to be journaled first)."""
        i = self._index(code)
        new = not self._state[i] & _PRESENT
        self._state[i] |= _PRESENT | (_HELD if self._rows[i][_LATCHED] else 0)
        if new:
            self._fast_until_ms[i] = now_ms + _UNATTENDED_MS
            self._next_ms[self._rows[i][_PRIORITY]] = now_ms
        return new

    def clear(self, code: int, now_ms: int) -> bool:
        """The cause is gone; True if that ended the alarm. Rows cleared by POWER stay."""
        i = self._index(code)
        if self._rows[i][_CLEARS] == alarm_table.POWER or not self._state[i]:
            return False
        self._state[i] &= ~_PRESENT
        return not self._state[i]

    def ack(self, code: int, now_ms: int) -> bool:
        """A person acknowledges one alarm; True if that ended it.

        One whose cause lasts goes on in the implant rhythm.
        """
        i = self._index(code)
        if not self._state[i]:
            return False
        row = self._rows[i]
        if row[_CLEARS] == alarm_table.ACK or not self._state[i] & _PRESENT:
            self._state[i] = 0
        self._fast_until_ms[i] = now_ms
        self._next_ms[row[_PRIORITY]] = now_ms + self._period_ms(row[_PRIORITY], now_ms)
        return not self._state[i]

    def hold(self, now_ms: int, span_ms: int) -> None:
        """An audio pause begins: the minutes before the implant rhythm do not run in it."""
        for i in range(len(self._rows)):
            if self._fast_until_ms[i] > now_ms:
                self._fast_until_ms[i] += span_ms

    def active(self) -> list:
        """Codes of all active alarms, highest priority first, then in table order."""
        found = []
        for priority in (3, 2, 1):
            for i in range(len(self._rows)):
                if self._state[i] and self._rows[i][_PRIORITY] == priority:
                    found.append(self._rows[i][_CODE])
        return found

    def highest(self) -> int:
        """Code of the active alarm that counts most, 0 if none."""
        found = self.active()
        return found[0] if found else 0

    def is_active(self, code: int) -> bool:
        """Tell whether one alarm is active; no code of an alarm is not."""
        i = self._row(code)
        return i >= 0 and self._state[i] != 0

    def blocking(self) -> int:
        """Code of the first active alarm that stops the pump, 0 if none."""
        for code in self.active():
            if self._rows[self._index(code)][_ACTION] == alarm_table.STOP:
                return code
        return 0

    def priority(self, code: int) -> int:
        """3 high, 2 medium, 1 low."""
        return self._rows[self._index(code)][_PRIORITY]

    def burst(self, now_ms: int) -> int:
        """Pattern of tones.py to sound now, 0 for none; counts as sounded."""
        for priority in (3, 2, 1):
            if self._any(priority):
                period_ms = self._period_ms(priority, now_ms)
                if now_ms >= self._next_ms[priority]:
                    if priority < self._last and now_ms < self._quiet_ms:
                        return 0
                    self._next_ms[priority] = now_ms + period_ms
                    self._last, self._quiet_ms = priority, now_ms + _FAST_MS[priority]
                    return tones.ALARM[priority]
                if period_ms == _FAST_MS[priority]:
                    return 0  # the highest sounds, lower ones wait
        return 0

    def due_ms(self, now_ms: int) -> int:
        """When burst() next has something to say, FAR_MS while nothing is active."""
        due_ms = FAR_MS
        for priority in (3, 2, 1):
            if self._any(priority):
                next_ms = self._next_ms[priority]
                due_ms = min(due_ms, max(next_ms, self._quiet_ms if priority < self._last else 0))
                if self._period_ms(priority, now_ms) == _FAST_MS[priority]:
                    break
        return due_ms

    def latched_mask(self) -> int:
        """Bit code-100 of every alarm still to be acknowledged, for the reservation record."""
        mask = 0
        for i in range(len(self._rows)):
            if self._state[i] & _HELD:
                mask |= 1 << self._rows[i][_CODE] - _FIRST
        return mask

    def restore(self, mask: int, now_ms: int) -> None:
        """After a reset: latched alarms are held again; causes are for the self-test to find."""
        for i in range(len(self._rows)):
            row = self._rows[i]
            if mask >> row[_CODE] - _FIRST & 1:
                self._state[i] |= _HELD
                self._fast_until_ms[i] = now_ms + _UNATTENDED_MS
                self._next_ms[row[_PRIORITY]] = now_ms

    def _any(self, priority: int) -> bool:
        for i in range(len(self._rows)):
            if self._state[i] and self._rows[i][_PRIORITY] == priority:
                return True
        return False

    def _period_ms(self, priority: int, now_ms: int) -> int:
        for i in range(len(self._rows)):
            if (
                self._state[i]
                and self._rows[i][_PRIORITY] == priority
                and now_ms < self._fast_until_ms[i]
            ):
                return _FAST_MS[priority]
        return _SLOW_MS[priority]

    def _row(self, code: int) -> int:
        """Number of a code's row, -1 for a code that is no alarm's."""
        return (self._row_of[code - _FIRST] if _FIRST <= code < _FIRST + _CODES else 0) - 1

    def _index(self, code: int) -> int:
        i = self._row(code)
        if i < 0:
            raise ValueError(code)
        return i
