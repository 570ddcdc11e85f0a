"""LinkClient: one request, one reply, over any transport.

Frames, canonical form and the command table are the device's own modules. Reading requests and
STOP are sent again when no reply comes; a request that acts is sent once, ever.
"""

from __future__ import annotations

import json
from binascii import crc32
from collections.abc import Iterator
from typing import Any

from host_tools.link.errors import (
    KEEPS_ON,
    BadReplyError,
    NoAnswerError,
    PumpRestartedError,
    RefusedError,
)
from host_tools.link.transport import Transport
from picodose import codes
from picodose.link import canon, frame
from picodose.record.journal import unpack_entry
from picodose.therapy import calibration

Reply = dict[str, Any]
Fields = dict[str, int | str]

TIMEOUT_S = 2.0
"""A reply takes some 30 ms; a flash erase or a commit before it, some 200 ms."""
_PART_LEN = 300
_PART_ESCAPED_LEN = 400  # of a part as a JSON text, so that the keys fit in the line


class LinkClient:
    """Talks to one pump. `connect` first; then `request`, or the methods named for a task."""

    def __init__(self, transport: Transport, timeout_s: float = TIMEOUT_S) -> None:
        self.transport = transport
        self.timeout_s = timeout_s
        self._decoder = frame.Decoder()
        self._waiting: list[Reply] = []
        self._next_id = 1

    def connect(self) -> Reply:
        """Say hello, open the session, and return who answered; raises PumpError."""
        self.transport.write(b"\n")  # ends whatever half line an earlier host left
        hello = self.request("hello")
        self._next_id = max(self._next_id, int(hello["last_id"]) + 1)
        return hello

    def close(self) -> None:
        """Let the port go; the pump goes on."""
        self.transport.close()

    def request(self, cmd: str, **fields: int | str) -> Reply:
        """Send a request and return its reply; raises PumpError.

        Raises RefusedError where the pump, or the command table before sending, refuses;
        PumpRestartedError where the pump wants a new hello; NoAnswerError after the time-out.
        """
        row, line, request_id = self._encode(cmd, fields)
        tries = 1 if row[2] else 2
        for _ in range(tries):
            self.transport.write(line)
            reply = self._reply_to(request_id)
            if reply is not None:
                return self._judged(cmd, fields, reply)
        raise self._no_answer(cmd, acting=bool(row[2]))

    def stop(self) -> Reply:
        """Stop the pump with the bare word, which needs no session and may cut any line."""
        for _ in range(3):
            self.transport.write(b"\nSTOP\n")
            reply = self._reply_to(0, accept=lambda found: found["ok"] == 1)
            if reply is not None:
                return reply
        raise self._no_answer("STOP", acting=True)

    def stage(self, raw: bytes, kind: str = "rx") -> Reply:
        """Send canonical prescription bytes; return the summary that the pump computed of them.

        Nothing is programmed yet. A person reads the summary; `commit` within 120 s names its
        digest, and the overrides that the summary says it needs.
        """
        self.request("stage_begin", kind=kind, length=len(raw), crc=f"{crc32(raw):08x}")
        for part, data in enumerate(split_parts(raw.decode("ascii"))):
            self.request("stage_part", part=part, data=data)
        return self.request("stage_end")

    def commit(self, digest: int, override: str = "") -> Reply:
        """Put what was staged into force; override: the needed names, with commas between."""
        return self.request("commit", digest=digest, override=override)

    def load(self, raw: bytes, override: str = "") -> Reply:
        """Stage and commit at once, for a bench that has read the summary; returns it."""
        summary = self.stage(raw)
        self.commit(summary["digest"], override)
        return summary

    def calibrate(self, points: list[list[int]], wall_s: int, density_ug_ml: int) -> Reply:
        """Stage weighings [rate_nl_h, steps, weighed_ug] of this date, and commit their fit; no
        points, date and density 0: the profile's nominal value is accepted. Returns the summary.
        """
        pump = self.request("hello")["profile"]
        raw = calibration.encode(
            {"pump": pump, "wall_s": wall_s, "density_ug_ml": density_ug_ml, "points": points}
        )
        summary = self.stage(raw, "calibration")
        self.commit(summary["digest"], summary["needs"])
        return summary

    def accept_nominal(self) -> Reply:
        """Dose mass by the profile's nominal volume of a step: nobody has weighed this pump."""
        return self.calibrate([], 0, 0)

    def bolus(self, amount_nl: int, duration_ms: int, override: str = "") -> Reply:
        """Give a bolus on top of what runs, or from stopped; override: the fluid's soft limit that
        it passes, if it does.
        """
        named: Fields = {"override": override} if override else {}
        return self.request("bolus", amount_nl=amount_nl, duration_ms=duration_ms, **named)

    def patient_bolus(self) -> Reply:
        """Ask for the patient's bolus, as the prescription in force has it."""
        return self.request("patient_bolus")

    def cancel(self) -> Reply:
        """End the running bolus alone."""
        return self.request("cancel")

    def score(self, score: int, text: str = "") -> Reply:
        """Store an evaluation of the trial: 0 to 10, and at most 48 printable characters."""
        return self.request("score", score=score, text=text)

    def decommission(self, name: str) -> tuple[list[bytes], list[bytes]]:
        """Take a stopped pump out of service; name is its profile's, as a person typed it.

        Its whole record is pulled and verified before: returned are the entries of the event log
        and of the fault log. Raises BadReplyError where one cannot be read; then nothing is
        deleted.
        """
        record = self._record(0), self._record(1)
        self.request("decommission", name=name)
        return record

    def _record(self, ring: int) -> list[bytes]:
        entries = list(self.log(ring))
        if any(unpack_entry(entry) is None for entry in entries):
            raise BadReplyError(
                "an entry of the pump's record cannot be read",
                safe=KEEPS_ON,
                cause="it was changed on its way",
                command="read the log again",
            )
        return entries

    def status(self) -> Reply:
        """Return all status pages as one dictionary."""
        merged: Reply = {}
        for page in range(3):
            merged.update(self.request("status", page=page))
        del merged["id"], merged["ok"]
        return merged

    def log(self, ring: int, since: int = 0) -> Iterator[bytes]:
        """Yield the 32-byte entries after sequence number `since` (ring 0 events, 1 faults)."""
        while True:
            reply = self.request("log", ring=ring, since=since)
            raw = bytes.fromhex(reply["entries"])
            yield from (raw[at : at + 32] for at in range(0, len(raw), 32))
            if not raw or reply["last"] <= since:
                return
            since = reply["last"]

    def _encode(self, cmd: str, fields: Fields) -> tuple[Any, bytes, int]:
        """Return table row, line and id; refuse here what the pump would refuse anyway."""
        request_id = self._next_id
        try:
            specs = canon.find(cmd)[4]
            known = [(spec[0], fields[spec[0]]) for spec in specs if spec[0] in fields]
            unknown = [pair for pair in fields.items() if pair not in known]
            body = canon.flat([("id", request_id), ("cmd", cmd), *known, *unknown])
            row, _ = canon.parse(canon.load(body), body)
        except codes.Refused as refused:
            reply = json.loads(canon.refusal(request_id, refused))
            raise _refused(cmd, fields, reply) from None
        self._next_id += 1
        return row, frame.encode(body), request_id

    def _reply_to(self, request_id: int, accept: Any = lambda _: True) -> Reply | None:
        """Return the reply with this id, None when none came in time."""
        end_ns = self.transport.now_ns() + round(self.timeout_s * 1e9)
        while True:
            while self._waiting:
                reply = self._waiting.pop(0)
                if reply["id"] == request_id and accept(reply):
                    return reply
            left_ns = end_ns - self.transport.now_ns()
            if left_ns <= 0:
                return None
            self._take(self.transport.read(left_ns))

    def _take(self, data: bytes) -> None:
        """Sort incoming bytes into replies; what is no frame (a boot message) is passed over."""
        used = 0
        while used < len(data):
            used = self._decoder.feed(data, used, len(data))
            if self._decoder.event == frame.MESSAGE:
                self._waiting.append(_understood(self._decoder.body))

    def _judged(self, cmd: str, asked: Fields, reply: Reply) -> Reply:
        if reply["ok"]:
            return reply
        raise _refused(cmd, asked, reply)

    def _no_answer(self, cmd: str, acting: bool) -> NoAnswerError:
        unsure = f" {cmd} may have been carried out; it is not sent again." if acting else ""
        if cmd == "STOP":
            unsure = " IT MAY STILL BE RUNNING: switch its power off."
        return NoAnswerError(
            f"no answer to {cmd} from {self.transport.name} within {self.timeout_s:g} s",
            safe=KEEPS_ON + unsure,
            cause="another device on that port, a pump in maintenance, or one just restarting",
            command="connect again and read status",
        )


def _refused(cmd: str, asked: Fields, reply: Reply) -> RefusedError:
    name, field = codes.name_of(reply["code"]), reply["name"]
    if reply["code"] == codes.LINK_STALE:
        return PumpRestartedError(cmd, name, reply, "connect again and read status first")
    if field in asked:
        return RefusedError(cmd, name, reply, f"correct {field} and repeat {cmd}")
    return RefusedError(cmd, name, reply, f"{reply['hint'] or 'read status'}; repeat {cmd}")


def split_parts(text: str) -> list[str]:
    """Cut a prescription into parts of at most 300 bytes, each of which fits in its line."""
    pieces = []
    while text:
        size = min(_PART_LEN, len(text))
        while len(canon.text(text[:size])) > _PART_ESCAPED_LEN:
            size -= 1
        pieces.append(text[:size])
        text = text[size:]
    return pieces or [""]


def _understood(body: str) -> Reply:
    try:
        reply = json.loads(body)
        if type(reply) is dict and type(reply["id"]) is int and reply["ok"] in (0, 1):
            if reply["ok"] or all(key in reply for key in ("code", "name", "limit", "hint")):
                return reply
    except (ValueError, KeyError):
        pass
    raise BadReplyError(
        f"the pump answered something unknown: {body[:80]}",
        safe=KEEPS_ON,
        cause="host tools and firmware are of different versions",
        command="make flash",
    )
