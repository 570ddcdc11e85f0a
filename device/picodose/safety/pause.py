"""Audio pause: silence that a person asked for, for alarms that were heard already (ALM-3)."""

from micropython import const

LONGEST_S = const(600)
ALIVE_MS = const(10_000)  # a session lives while valid lines come within this
_ALONE_MS = const(120_000)  # a request that no live session stands behind is good for this


class AudioPause:
    """One pause at most; all times are monotonic ms."""

    def __init__(self) -> None:
        self._asked_ms = 0
        self._until_ms = 0

    def ask(self, now_ms: int, span_ms: int) -> None:
        """Silence for span_ms from now, 0 to 600,000; replaces one that runs."""
        self._asked_ms, self._until_ms = now_ms, now_ms + span_ms

    def end(self) -> None:
        """Sound again: a new alarm, or a person who asks for it."""
        self._until_ms = 0

    def ends_ms(self, heard_ms: int) -> int:
        """When it ends by what is known now; heard_ms: when the host's last valid line came.

        A session that lived on after it asked takes the pause with it when it dies. The end of a
        single request moves when its session turns out to live.
        """
        lived = heard_ms - self._asked_ms > ALIVE_MS
        return min(self._until_ms, heard_ms + ALIVE_MS if lived else self._asked_ms + _ALONE_MS)
