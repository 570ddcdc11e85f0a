"""Session: may this request act, and has it acted already?

Ids of acting requests grow for ever, across sessions and resets: `hello` tells the last one. The
last acting request may be repeated letter by letter and gets the same reply without a second
effect; an older id, or the same id on another message, is refused. Until the host has said hello
in this boot nothing acts but STOP. What acted before a reset is known from the reservation record
(THER-11): repeated, it has no second effect, and the refusal says so.
"""

from picodose import codes


class Session:
    """One host at a time; reading needs no session, acting does. pump: last_id(), knows(crc) and
    remember(id, crc, key), which outlive resets.
    """

    def __init__(self, pump) -> None:
        self.is_open = False
        self.last_id = pump.last_id()
        self.reply = b""  # to the request last_id
        self._crc = 0
        self._pump = pump

    def repeated(self, request_id: int, crc: int) -> "bytes | None":
        """Return the saved reply of a repeated request, None for a new one; crc: of its line.
        Raises Refused (LINK_STALE, LINK_ID, LINK_DONE).
        """
        if not self.is_open:
            hint = "pump restarted: hello, read status"
            raise codes.Refused(codes.LINK_STALE, "session", None, None, hint)
        if request_id > self.last_id:
            return None
        if request_id == self.last_id and crc == self._crc:
            return self.reply
        if self._pump.knows(crc):
            hint = "taken before, and not done a second time: read status"
            raise codes.Refused(codes.LINK_DONE, "id", request_id, self.last_id, hint)
        raise codes.Refused(codes.LINK_ID, "id", request_id, self.last_id, "take a higher id")

    def take(self, request_id: int, crc: int, lasting: bool, key: int) -> None:
        """A new request acts now; lasting: it changes what a reset keeps; key: who signed it."""
        self.last_id, self._crc, self.reply = request_id, crc, b""
        if lasting:
            self._pump.remember(request_id, crc, key)
