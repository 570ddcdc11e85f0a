"""Session: may this request act, and has it acted already?

Ids of acting requests grow for the whole boot, across sessions: `hello` tells the last one.
The last acting request may be repeated letter by letter and gets the same reply without a
second effect; an older id, or the same id on another message, is refused. Until the host has
said hello in this boot nothing acts but STOP: requests meant for an earlier boot die here.
"""

from picodose import codes


class Session:
    """One host at a time; reading needs no session, acting does."""

    def __init__(self) -> None:
        self.is_open = False
        self.last_id = 0
        self.reply = b""  # to the request last_id
        self._crc = 0

    def admit(self, request_id: int, crc: int) -> "bytes | None":
        """Return the saved reply of a repeated request, None for a new one, which may act now.

        Raises Refused (LINK_STALE, LINK_ID).
        """
        if not self.is_open:
            hint = "pump restarted: hello, read status"
            raise codes.Refused(codes.LINK_STALE, "session", None, None, hint)
        if request_id > self.last_id:
            self.last_id, self._crc, self.reply = request_id, crc, b""
            return None
        if request_id == self.last_id and crc == self._crc:
            return self.reply
        raise codes.Refused(codes.LINK_ID, "id", request_id, self.last_id, "take a higher id")
