"""One button, debounced with the loop's clock: a press counts when the contact has been closed for
30 ms, once, and never again before it has been open for 30 ms. Held for 30 s, or closed when the
pump came up, it is stuck until it opens.
"""

from micropython import const

_BOUNCE_MS = const(30)
_STUCK_MS = const(30_000)
_NEVER_MS = 1 << 60


class Debounce:
    """closed: the contact at the start, at now_ms."""

    def __init__(self, closed: bool, now_ms: int) -> None:
        self.down = closed
        self.stuck = closed
        self.due_ms = _NEVER_MS  # when to look again though no edge came
        self._seen = closed
        self._seen_ms = now_ms  # since when
        self._down_ms = now_ms

    def look(self, closed: bool, now_ms: int) -> bool:
        """Take the contact as it is now, at every edge and when due; True once for each press."""
        if closed != self._seen:
            self._seen, self._seen_ms = closed, now_ms
        pressed = False
        if closed != self.down and now_ms - self._seen_ms >= _BOUNCE_MS:
            self.down = pressed = closed
            self._down_ms = now_ms
        self.stuck = self.down and (self.stuck or now_ms - self._down_ms >= _STUCK_MS)
        self.due_ms = _NEVER_MS
        if closed != self.down:
            self.due_ms = self._seen_ms + _BOUNCE_MS
        elif closed and not self.stuck:
            self.due_ms = self._down_ms + _STUCK_MS
        return pressed
