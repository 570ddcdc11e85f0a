"""The link as one part of the loop: read a little, act on whole lines, write a little."""

from micropython import const

from picodose import codes
from picodose.link import canon, frame
from picodose.link.commands import PASSING
from picodose.link.output import Output
from picodose.link.session import Session

_READ_LEN = const(64)  # one USB packet a pass
_REPLY_ROOM = const(640)  # a whole reply, and the short one of a STOP that comes meanwhile


class Link:
    """Serves one port for one pump. `pump` is described in commands.py, `port` in output.py,
    `keys` in keys.py.
    """

    def __init__(self, port, pump, keys) -> None:
        self._port = port
        self._pump = pump
        self._keys = keys
        self._leaving = False
        self._input = bytearray(_READ_LEN)
        self._decoder = frame.Decoder()
        self._output = Output(port)
        self._session = Session(pump)
        self._now_ms = 0

    def service(self, now_ms: int) -> "int | None":
        """Run one pass; return the instant (ms) at which the link wants the next, None for any."""
        self._now_ms = now_ms
        count = self._port.read_into(self._input)
        used = 0
        while used < count:
            used = self._decoder.feed(self._input, used, count)
            self._take_line()
        if not self._output.service(now_ms):
            self._session.is_open = False
            self._keys.end_session()
            self._pump.lost()
        if self._leaving and not self._output.pending:
            raise KeyboardInterrupt
        if count == _READ_LEN:
            return now_ms
        return self._output.deadline_ms()

    def wants_write(self) -> bool:
        """Tell whether the loop should also wait for the port to become writable."""
        return self._output.pending > 0

    def on_hello(self) -> list:
        """Open the session; the host goes on from last_id."""
        self._session.is_open = True
        rest = [("last_id", self._session.last_id), ("challenge", self._keys.greet(self._now_ms))]
        return list(self._pump.hello()) + rest

    def on_stop(self) -> "list | None":
        """Stop the pump; nobody need have said hello."""
        return self._pump.stop("link")

    def on_maintenance(self) -> "list | None":
        """Stop, and leave the loop as Ctrl-C does once the reply is out."""
        done = self._pump.maintenance()
        self._leaving = True
        return done

    def _take_line(self) -> None:
        event, line = self._decoder.event, b""
        if event == frame.STOP:
            line = self._reply(0, self.on_stop())
        elif event == frame.REFUSED:
            code = self._decoder.code
            line = self._refusal(0, codes.Refused(code, "line", hint="send a whole line"))
        elif event == frame.MESSAGE:
            line = self._answer(self._decoder.body)
        self._output.put(line, self._now_ms)

    def _answer(self, body: str) -> bytes:
        """Return the reply to a request, b"" where there is no room for one."""
        request_id = 0
        try:
            message = canon.load(body)
            request_id = canon.request_id(message)
            row, values = canon.parse(message, body)
            self._pump.heard(self._now_ms)
            if row[0] != "stop" and not self._has_room():
                return b""  # what cannot be answered has no effect either; the host times out
            return self._obey(request_id, row, values, message)
        except codes.Refused as refused:
            return self._refusal(request_id, refused)

    def _obey(self, request_id: int, row: tuple, values: list, message: dict) -> bytes:
        _, role, ordered, handler, _ = row
        if ordered:
            crc = self._decoder.crc
            saved = self._session.repeated(request_id, crc)
            if saved is not None:
                return saved
            mac, body = message.get("mac"), self._decoder.body
            key = self._keys.permit(role, message.get("key"), mac, body, self._now_ms)
            self._session.take(request_id, crc, ordered != PASSING, key)
        try:
            if "." in handler:
                pairs = self._pump.order(handler, values)
            else:
                owner = self if handler.startswith("on_") else self._pump
                pairs = getattr(owner, handler)(*values)
            reply = self._reply(request_id, pairs)
        except codes.Refused as refused:
            reply = self._refusal(request_id, refused)
        if ordered:
            self._session.reply = reply
        return reply

    def _reply(self, request_id: int, pairs: "list | None") -> bytes:
        body = canon.flat([("id", request_id), ("ok", 1)] + list(pairs or ()))
        if len(body) > frame.BODY_MAX:  # a fault of the pump's; it must not cost a reset
            refused = codes.Refused(codes.LINK_LONG, "reply", len(body), frame.BODY_MAX)
            return self._refusal(request_id, refused)
        return frame.encode(body)

    def _refusal(self, request_id: int, refused: codes.Refused) -> bytes:
        return frame.encode(canon.refusal(request_id, refused)) if self._has_room() else b""

    def _has_room(self) -> bool:
        return self._output.room() >= _REPLY_ROOM
