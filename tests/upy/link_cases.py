"""Cases for the unix port: one hand-checked case for each module of link/."""
# mypy: ignore-errors
# runs on MicroPython, which has no typing module

from binascii import crc32, hexlify

from picodose import codes
from picodose.link import canon, commands, frame, keys
from picodose.link.output import Output
from picodose.link.service import Link
from picodose.link.session import Session
from picodose.link.upload import Upload

ALL = (
    "the_table",
    "a_frame",
    "broken_frames",
    "canonical_form",
    "an_upload",
    "an_output",
    "signatures",
    "a_session",
    "a_link",
)


class Port:
    """Takes what it is given while the host reads."""

    def __init__(self):
        self.incoming = self.outgoing = b""
        self.reads = True

    def read_into(self, buffer):
        chunk = self.incoming[: len(buffer)]
        self.incoming = self.incoming[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def write_ready(self):
        return self.reads

    def write(self, view):
        self.outgoing += bytes(view)
        return len(view)


class OpenKeys:
    """Bench mode."""

    def permit(self, role, key, mac, body, now_ms):
        return 0

    def greet(self, now_ms):
        return "00"


class Pump:
    """Counts what reached it."""

    def __init__(self):
        self.calls = []
        self.acted = [(0, 0)]

    def order(self, path, values):
        return getattr(self, path.split(".")[-1])(*values)

    def last_id(self):
        return self.acted[-1][0]

    def remember(self, request_id, crc, key):
        self.acted.append((request_id, crc))

    def knows(self, crc):
        return crc in [known for _, known in self.acted]

    def heard(self, now_ms):
        pass

    def hello(self):
        return [("name", "test")]

    def stop(self, origin):
        self.calls.append("stop " + origin)

    def start(self):
        self.calls.append("start")

    def stage_part(self, part, data):
        self.calls.append(data)


def refused(action, *values):
    """Code of the refusal, 0 when there was none."""
    try:
        action(*values)
    except codes.Refused as problem:
        return problem.code
    return 0


def understood(body):
    return canon.parse(canon.load(body), body)


def the_table(check):
    names = [line.split(" ")[0] for line in commands.COMMANDS.strip().split("\n")]
    check.equal("one row a name", len(set(names)), len(names))
    check.equal("found", [canon.find(name)[0] for name in names], names)


def a_frame(check):
    line = frame.encode('{"id":1}')
    check.equal("line", line, b'{"id":1} %08x\n' % crc32(b'{"id":1}'))
    decoder = frame.Decoder()
    check.equal("half", (decoder.feed(line, 0, 5), decoder.event), (5, frame.NOTHING))
    check.equal("rest", (decoder.feed(line, 5, len(line)), decoder.event), (18, frame.MESSAGE))
    check.equal("body", (decoder.body, decoder.crc), ('{"id":1}', crc32(b'{"id":1}')))
    decoder.feed(b"STOP\r\n", 0, 6)
    check.equal("stop", decoder.event, frame.STOP)


def broken_frames(check):
    decoder = frame.Decoder()
    wrong = (
        (b'{"id":1} 00000000\n', codes.LINK_CRC),
        (b"STOP!\n", codes.LINK_FORM),
        (b'{"id":\x03} 00000000\n', codes.LINK_FORM),
        (b"x" * 480 + b"\n", codes.LINK_LONG),
    )
    for line, code in wrong:
        decoder.feed(line, 0, len(line))
        check.equal(line[:20], (decoder.event, decoder.code), (frame.REFUSED, code))
    try:
        frame.encode("x" * (frame.BODY_MAX + 1))
        check.equal("too long", "a line", "ValueError")
    except ValueError:
        pass


def canonical_form(check):
    row, values = understood('{"id":7,"cmd":"status","page":2}')
    check.equal("status", (row[0], values), ("status", [2]))
    wrong = (
        ('{"id":7,"id":7,"cmd":"start"}', codes.LINK_FORM),
        ('{"id":7 "cmd":"start"}', codes.LINK_FORM),
        ('{"cmd":"start","id":7}', codes.LINK_FORM),
        ('{"id":07,"cmd":"start"}', codes.LINK_FORM),
        ('{"id":1e3,"cmd":"start"}', codes.LINK_FORM),
        ('{"id":7,"cmd":"fly"}', codes.LINK_COMMAND),
        ('{"id":7,"cmd":"status"}', codes.LINK_FIELD),
        ('{"id":7,"cmd":"status","page":4}', codes.RANGE),
    )
    for body, code in wrong:
        check.equal(body, refused(understood, body), code)
    check.equal("text", canon.text('a"\\\n'), '"a\\"\\\\?"')


def an_upload(check):
    upload = Upload()
    crc = "%08x" % crc32(b"abcd")
    upload.begin(0, 4, crc)
    upload.part(9, 0, "ab")
    check.equal("first", (upload.length, upload.is_open(30_008)), (2, True))
    upload.part(30_008, 1, "cd")
    check.equal("whole", upload.end(30_009), b"abcd")
    check.equal("held", (upload.whole(), upload.is_open(99_009)), (b"abcd", False))
    check.equal("no part", refused(upload.part, 30_009, 0, "ab"), codes.LINK_PART)
    upload.begin(0, 4, crc)
    check.equal("gap", refused(upload.part, 9, 1, "cd"), codes.LINK_PART)
    upload.begin(0, 4, crc)
    check.equal("late", (upload.is_open(29_999), upload.is_open(30_000)), (True, False))
    upload.begin(0, 4, crc)
    check.equal("too much", refused(upload.part, 9, 0, "abcde"), codes.LINK_LONG)
    upload.begin(0, 5, crc)
    upload.part(9, 0, "abcd")
    check.equal("length", refused(upload.end, 9), codes.LINK_DIGEST)
    upload.begin(0, 4, crc)
    upload.part(9, 0, "abce")
    check.equal("crc", refused(upload.end, 9), codes.LINK_DIGEST)


def an_output(check):
    port = Port()
    output = Output(port)
    check.equal("fits", output.put(b"x" * 1000, 0), True)
    check.equal("all or nothing", (output.put(b"y" * 25, 0), output.pending), (False, 1000))
    check.equal("a pass", (output.service(1), output.pending), (True, 936))
    check.equal("round the end", output.put(b"z" * 80, 1), True)
    while output.pending:
        output.service(2)
    check.equal("in order", port.outgoing, b"x" * 1000 + b"z" * 80)
    port.reads = False
    output.put(b"late", 100)
    check.equal("waits", (output.service(299), output.deadline_ms()), (True, 300))
    check.equal("dropped", (output.service(300), output.pending), (False, 0))


def a_session(check):
    pump = Pump()
    session = Session(pump)
    check.equal("closed", refused(session.repeated, 1, 11), codes.LINK_STALE)
    session.is_open = True
    check.equal("new", session.repeated(5, 11), None)
    session.take(5, 11, True, 0)
    session.reply = b"done"
    check.equal("again", session.repeated(5, 11), b"done")
    check.equal("another message", refused(session.repeated, 5, 12), codes.LINK_ID)
    check.equal("older", refused(session.repeated, 4, 13), codes.LINK_ID)
    check.equal("passing", session.repeated(6, 14), None)
    session.take(6, 14, False, 0)
    session = Session(pump)
    session.is_open = True
    check.equal("before the reset", refused(session.repeated, 5, 11), codes.LINK_DONE)
    check.equal("forgotten with it", session.repeated(6, 14), None)


def signatures(check):
    """RFC 4231, cases 1 and 2; what is compared."""
    first = keys.hmac(b"\x0b" * 20, b"Hi ", b"There")
    check.equal("case 1", hexlify(first)[:16], b"b0344c61d8db3853")
    second = keys.hmac(b"Jefe", b"what do ya want ", b"for nothing?")
    check.equal("case 2", hexlify(second)[:16], b"5bdcc146bf60754e")
    check.equal("same", (keys.same(b"ab", b"ab"), keys.same(b"ab", b"aa")), (True, False))
    check.equal("longer", (keys.same(b"ab", b"abab"), keys.same(b"ab", b"")), (False, False))


def a_link(check):
    port, pump = Port(), Pump()
    link = Link(port, pump, OpenKeys())

    def sent(line):
        port.incoming, port.outgoing = line, b""
        while port.incoming or link.wants_write():
            link.service(1)
        return port.outgoing

    start = frame.encode('{"id":1,"cmd":"start"}')
    check.equal("no session", b'"code":%d,' % codes.LINK_STALE in sent(start), True)
    hello = sent(frame.encode('{"id":1,"cmd":"hello"}'))
    check.equal(
        "hello", hello, frame.encode('{"id":1,"ok":1,"name":"test","last_id":0,"challenge":"00"}')
    )
    check.equal("start", sent(start), frame.encode('{"id":1,"ok":1}'))
    check.equal("repeated", sent(start), frame.encode('{"id":1,"ok":1}'))
    check.equal("stop", sent(b"\nSTOP\n"), frame.encode('{"id":0,"ok":1}'))
    part = '{"id":2,"cmd":"stage_part","part":0,"data":"ab"}'
    check.equal("part", sent(frame.encode(part)), frame.encode('{"id":2,"ok":1}'))
    check.equal("what reached the pump", pump.calls, ["start", "stop link", "ab"])
