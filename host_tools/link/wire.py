"""Wire: one request, one reply, over any transport; and the way back after the cable was out.

Frames, canonical form and the command table are the device's own modules. Reading requests and
STOP are sent again when no reply comes; a request that acts is sent once, ever.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from host_tools.link.errors import KEEPS_ON, LinkLostError, NoAnswerError, OtherPumpError
from host_tools.link.keyring import Key, Keyring
from host_tools.link.replies import Fields, Reply, lost, no_answer, refused, understood
from host_tools.link.transport import Transport
from picodose import codes
from picodose.link import canon, frame

Pairs = list[tuple[str, int | str]]

TIMEOUT_S = 2.0
"""A reply takes some 20 ms; a flash erase or a commit before it, some 200 ms."""
STALE_S = 10.0
_LOOK_AGAIN_S = 0.25


@dataclass(frozen=True)
class Seen:
    """The last status, how old it is, and whether it must be marked as stale."""

    status: Reply
    age_s: float
    stale: bool


class Wire:
    """`connect` first; then `request`. With a keyring it signs what a pump with keys wants signed.

    patience_s: for so long a reading request waits for a port that is gone to come back; 0: it
    raises LinkLostError at once.
    """

    def __init__(
        self,
        transport: Transport,
        timeout_s: float = TIMEOUT_S,
        keyring: Keyring | None = None,
        patience_s: float = 0,
    ) -> None:
        self.transport = transport
        self.timeout_s = timeout_s
        self.keyring = keyring
        self.patience_s = patience_s
        self.is_lost = False
        self.serial = ""
        self._key: Key | None = None
        self._challenge = b""
        self._decoder = frame.Decoder()
        self._waiting: list[Reply] = []
        self._next_id = 1
        self._status: Reply = {}
        self._status_ns: int | None = None

    def connect(self) -> Reply:
        """Say hello, open the session, and return who answered; raises PumpError."""
        self.transport.write(b"\n")  # ends whatever half line an earlier host left
        hello = self.request("hello")
        self._next_id = max(self._next_id, int(hello["last_id"]) + 1)
        self._challenge = bytes.fromhex(hello["challenge"])
        self.serial = hello.get("serial", "")
        self._key = self.keyring.find(self.serial) if self.keyring and hello.get("keys") else None
        return hello

    def close(self) -> None:
        """Let the port go; the pump goes on."""
        self.transport.close()

    def request(self, cmd: str, **fields: int | str) -> Reply:
        """Send a request and return its reply; raises PumpError.

        Raises RefusedError where the pump, or the command table before sending, refuses;
        PumpRestartedError where the pump wants a new hello; NoAnswerError after the time-out;
        LinkLostError when the port goes away.
        """
        for _ in range(2):
            row, line, request_id = self._encode(cmd, fields)
            try:
                self.transport.write(line)
                reply = self._reply_to(request_id)
            except LinkLostError as problem:
                self._broken(cmd, bool(row[2]), problem)
                continue
            if reply is not None:
                return self._judged(cmd, fields, reply)
            if row[2]:
                break
        raise no_answer(cmd, bool(row[2]), self.transport.name, self.timeout_s)

    def stop(self) -> Reply:
        """Stop the pump with the bare word, which needs no session and may cut any line."""
        for _ in range(3):
            try:
                self.transport.write(b"\nSTOP\n")
                reply = self._reply_to(0, accept=lambda found: found["ok"] == 1)
            except LinkLostError as problem:
                self._broken("STOP", False, problem)
                continue
            if reply is not None:
                return reply
        raise no_answer("STOP", False, self.transport.name, self.timeout_s)

    def recover(self, patience_s: float = 30.0) -> Reply:
        """Wait for the same pump to be back on its port, say hello anew and return that.

        Raises LinkLostError after patience_s of the transport's time, OtherPumpError when another
        pump answers there.
        """
        end_ns = self.transport.now_ns() + round(patience_s * 1e9)
        while True:
            try:
                if self.transport.reopen():
                    return self._greeted_again()
            except (LinkLostError, NoAnswerError):
                pass
            if self.transport.now_ns() >= end_ns:
                raise _gone(self.transport.name, patience_s)
            self.transport.wait(_LOOK_AGAIN_S)

    def seen(self) -> Seen | None:
        """What the last status said, and how old that is; None before the first one."""
        if self._status_ns is None:
            return None
        age_s = (self.transport.now_ns() - self._status_ns) / 1e9
        return Seen(self._status, age_s, self.is_lost or age_s > STALE_S)

    def status(self) -> Reply:
        """Return all status pages as one dictionary."""
        merged: Reply = {}
        for page in range(3):
            merged.update(self.request("status", page=page))
        del merged["id"], merged["ok"]
        self._status, self._status_ns = dict(merged), self.transport.now_ns()
        return merged

    def _greeted_again(self) -> Reply:
        before = self.serial
        self._decoder, self.is_lost = frame.Decoder(), False
        self._waiting.clear()
        hello = self.connect()
        if before not in ("", self.serial):
            self.serial, found = before, self.serial
            self.is_lost = True
            raise _other(self.transport.name, before, found)
        return hello

    def _broken(self, cmd: str, acts: bool, problem: LinkLostError) -> None:
        """The port is gone: come back to it where that does no harm, or say what is known."""
        was_lost, self.is_lost = self.is_lost, True
        if acts or was_lost or not self.patience_s:
            raise lost(cmd, acts, problem) from problem
        self.recover(self.patience_s)

    def _encode(self, cmd: str, fields: Fields) -> tuple[Any, bytes, int]:
        """Return table row, line and id; refuse here what the pump would refuse anyway."""
        request_id = self._next_id
        try:
            row = canon.find(cmd)
            known = [(spec[0], fields[spec[0]]) for spec in row[4] if spec[0] in fields]
            unknown = [pair for pair in fields.items() if pair not in known]
            pairs: Pairs = [("id", request_id), ("cmd", cmd), *known, *unknown]
            body = self._signed(pairs) if row[1] else canon.flat(pairs)
            row, _ = canon.parse(canon.load(body), body)
        except codes.Refused as problem:
            reply = json.loads(canon.refusal(request_id, problem))
            raise refused(cmd, fields, reply) from None
        self._next_id += 1
        return row, frame.encode(body), request_id

    def _signed(self, pairs: Pairs) -> str:
        """The body of a request that needs a role, signed if this host has a key."""
        if self._key is None:
            return str(canon.flat(pairs))
        text = str(canon.flat([*pairs, ("key", self._key.number)]))[:-1]
        return f'{text},"mac":"{self._key.mac(self._challenge, text)}"}}'

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
                self._waiting.append(understood(self._decoder.body))

    def _judged(self, cmd: str, asked: Fields, reply: Reply) -> Reply:
        if reply["ok"]:
            return reply
        raise refused(cmd, asked, reply)


def _gone(port: str, patience_s: float) -> LinkLostError:
    return LinkLostError(
        f"{port} has not come back within {patience_s:g} s",
        safe=KEEPS_ON,
        cause="the cable is out, or the pump has no power",
        command="plug it in again and repeat the command",
    )


def _other(port: str, wanted: str, found: str) -> OtherPumpError:
    return OtherPumpError(
        f"another pump answers at {port}: {found} instead of {wanted}",
        safe="Nothing was sent to it but a hello.",
        cause="the cable was put into another pump",
        command="plug the first pump in again, or connect anew to this one",
    )
