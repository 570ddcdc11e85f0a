"""Frames: one line is a flat JSON object, a space, its CRC-32 in lower-case hex, a newline.

A line has at most 480 bytes, newline included (the firmware's input ring holds 512), and only
printable ASCII, so byte 0x03 never occurs inside one and a person can read a capture. A line
end of `\\r\\n` is tolerated; `\\n` is what goes out. The bare word STOP on a line is a message of
its own. Anything else is refused by number, and the decoder starts anew after the newline.
"""

from binascii import crc32

from micropython import const

from picodose import codes

LINE_MAX = 480
BODY_MAX = 470  # a line without space, CRC and newline

_CONTENT_MAX = const(479)  # LINE_MAX without the newline
_TAIL_LEN = const(9)  # a space and eight hex digits
_SPACE = const(32)
_TILDE = const(126)

NOTHING = 0
MESSAGE = 1
STOP = 2
REFUSED = 3


def encode(body: str) -> bytes:
    """Return the line for `body`; raise ValueError where it would exceed LINE_MAX bytes."""
    raw = body.encode()
    line = ("%s %08x\n" % (body, crc32(raw))).encode()
    if len(line) > LINE_MAX:
        raise ValueError("line longer than 480 bytes")
    return line


class Decoder:
    """Finds lines in a byte stream of any cut, in one buffer that never grows.

    `feed` stops behind each newline; then `event` says what the line was: NOTHING (blank, or
    the line goes on), MESSAGE (`body`, `crc`), STOP, or REFUSED (`code`).
    """

    def __init__(self) -> None:
        self._line = bytearray(_CONTENT_MAX)
        self._view = memoryview(self._line)
        self._len = 0
        self._unusable = 0  # refusal that the rest of this line cannot mend
        self._returned = False  # a \r came and may only be followed by \n
        self.event = NOTHING
        self.code = 0
        self.body = ""
        self.crc = 0

    def feed(self, data: "bytes | bytearray", start: int, end: int) -> int:
        """Take data[start:end] up to the first newline; return the index behind what was used."""
        self.event = NOTHING
        piece = bytes(data[start:end])
        ends = piece.find(b"\n")
        if ends < 0:
            self._add(piece)
            return end
        self._add(piece[:ends])
        self._finish()
        return start + ends + 1

    def _add(self, piece: bytes) -> None:
        """Part of a line, without its newline."""
        text = piece.rstrip(b"\r")
        whole = self._len + len(text)
        if text and (self._returned or min(text) < _SPACE or max(text) > _TILDE):
            self._unusable = codes.LINK_FORM
        elif whole > _CONTENT_MAX:
            self._unusable = self._unusable or codes.LINK_LONG
        else:
            self._line[self._len : whole] = text
            self._len = whole
        self._returned = self._returned or text != piece

    def _finish(self) -> None:
        code, count = self._unusable, self._len
        self._unusable, self._len, self._returned = 0, 0, False
        if code:
            self._refuse(code)
        elif count == 4 and self._view[:4] == b"STOP":
            self.event = STOP
        elif count:
            self._check(count)

    def _check(self, count: int) -> None:
        split = count - _TAIL_LEN
        if split < 2 or self._line[split] != _SPACE:
            self._refuse(codes.LINK_FORM)
            return
        crc = crc32(self._view[:split])
        if bytes(self._view[split + 1 : count]) != ("%08x" % crc).encode():
            self._refuse(codes.LINK_CRC)
            return
        self.event = MESSAGE
        self.crc = crc
        self.body = bytes(self._view[:split]).decode()

    def _refuse(self, code: int) -> None:
        self.event = REFUSED
        self.code = code
