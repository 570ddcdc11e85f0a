"""Keys: who may do what over the link (SEC-1).

A request that needs a role is signed: its last fields are `key`, a number, and `mac`, the first
16 bytes of HMAC-SHA256(secret, challenge + the line's text up to `,"mac"`). The challenge is new
with every hello, boot and session, and the id grows for ever: nothing counts twice.

Upstream: service.py asks permit() before anything acts. Downstream: two slots in flash.
"""

import hashlib
from binascii import hexlify, unhexlify

from micropython import const

from picodose import codes
from picodose.codes import Refused

_MOST = const(8)
_SECRET = const(32)
_ENROL = "hold SERVICE and enrol a key"
_ROW = const(33)  # role, secret; role 0: the place is free
_ROWS = const(264)
# Shorter, and what was deleted would stay in the folder's own blocks: see record/settings.py.
_SLOT = const(600)
_UNSIGNED = const(-42)  # of a signed text: all but its mac
_MAC = const(16)
_MINUTE_MS = const(60_000)
_ALIVE_MS = const(10_000)


class Keys:
    """slots: SlotPair of their own; parts: the wired pump, of which it uses profile, buttons,
    noise(), accounts, alerts, journal and ctrl_c(allowed).
    """

    def __init__(self, slots, parts) -> None:
        self._slots = slots
        self._parts = parts
        self._rows = b""
        self._challenge = b""
        self._greeted = 0
        self._signed_ms = -_ALIVE_MS
        self._failed_ms = [-_MINUTE_MS] * 5
        self._resume_ms = 0
        if slots.exists():
            try:
                self._take(slots.load())
            except codes.MemoryFault:  # a key that nobody has: closed until one is enrolled
                self._rows = b"\1" + parts.noise() + parts.noise()

    def roles(self) -> str:
        """Number and role of each, as `1:3,2:2`."""
        held = [(at // _ROW + 1, self._rows[at]) for at in range(0, len(self._rows), _ROW)]
        return ",".join(["%d:%d" % row for row in held if row[1]])

    def greet(self, now_ms: int) -> str:
        """A host says hello: its challenge in hex. A session with signed requests in the last 10 s
        keeps its own, so that no stranger's hello ends it.

        Boot, reservation and hello are counted: it is new even where the noise is not.
        """
        if now_ms - self._signed_ms >= _ALIVE_MS:
            self._greeted += 1
            accounts = self._parts.accounts
            counts = (accounts.boot, accounts.record.seq30, self._greeted, now_ms)
            fresh = self._parts.noise() + b"%d %d %d %d" % counts
            self._challenge = hashlib.sha256(fresh).digest()
        return hexlify(self._challenge).decode()

    def end_session(self) -> None:
        """The session is over."""
        self._signed_ms = -_ALIVE_MS

    def permit(
        self, role: int, key: "int | None", mac: "str | None", body: str, now_ms: int
    ) -> int:
        """The number of the key that signed this body, 0 where none is needed; raises Refused.

        role: the command's. With no key enrolled, bench mode alone opens what needs one.
        """
        if not role:
            return 0
        if not self.roles():
            if self._parts.profile.BENCH_MODE:
                return 0
            raise _refused(codes.KEY_NONE, None, None, _ENROL)
        if now_ms < self._resume_ms:
            raise _refused(codes.KEY_PAUSED, None, None, "wait a minute")
        if key is None or mac is None:
            raise _refused(codes.KEY_NEEDED, None, role, "sign it")
        row = self._rows[(key - 1) * _ROW : key * _ROW] or bytes(_ROW)
        signed = hmac(row[1:], self._challenge, body[:_UNSIGNED].encode())
        if not same(hexlify(signed[:_MAC]), mac.encode()) or not row[0]:
            self._count_failure(key, now_ms)
            raise _refused(codes.KEY_WRONG, key, None, _ENROL)
        self._signed_ms = now_ms
        if row[0] < role:
            raise _refused(codes.KEY_ROLE, key, role, "take another key")
        return key

    def enrol(self, role: int, secret: str) -> list:
        """Take a key, while SERVICE is held. role: 1 patient, 2 clinician, 3 service; secret: 64
        hex digits.
        """
        if not self._parts.buttons[1].pressed():
            raise _refused(codes.KEY_BUTTON, None, None, _ENROL)
        try:
            raw = unhexlify(secret)
        except ValueError:
            raw = b""
        if len(raw) != _SECRET:
            raise Refused(codes.RANGE, "secret", None, 2 * _SECRET, "64 hex digits")
        rows = self._rows + bytes(_ROW)
        free = [at for at in range(0, len(rows), _ROW) if not rows[at]]
        if free[0] == _ROWS:
            raise _refused(codes.KEY_FULL, None, _MOST, "remove one")
        return self._put(free[0], role, raw)

    def remove(self, which: int) -> list:
        """Forget one."""
        at = (which - 1) * _ROW
        if not self._rows[at : at + 1].strip(b"\0"):
            raise Refused(codes.RANGE, "which", which, None, "no such key")
        return self._put(at, 0, bytes(_SECRET))

    def forget(self) -> None:
        """Delete them all, in RAM and in flash: the pump goes out of service."""
        self._slots.remove()
        self._rows = b""

    def console(self) -> None:
        """Ctrl-C leads to maintenance while no key is enrolled."""
        self._parts.ctrl_c(not self.roles())

    def _put(self, at: int, role: int, secret: bytes) -> list:
        rows = self._rows[:at] + bytes([role]) + secret + self._rows[at + _ROW :]
        payload = rows + bytes(_SLOT - len(rows))
        try:
            for _ in range(2):  # no slot keeps the old ones
                self._slots.save(payload)
        except (codes.MemoryFault, OSError):
            raise Refused(codes.MEMORY_BAD, "keys", None, None, "flash does not hold it")
        self._take(payload)
        self.console()
        number = at // _ROW + 1
        self._parts.journal.event(codes.EV_KEY_SET, number, role, 0, True)
        return [("which", number)]

    def _take(self, payload: bytes) -> None:
        """Hold the places up to the last that is taken."""
        end = _ROWS
        while end and not payload[end - _ROW]:
            end -= _ROW
        self._rows = payload[:end]

    def _count_failure(self, key: int, now_ms: int) -> None:
        """The fifth wrong signature within a minute ends all signed requests for a minute."""
        self._failed_ms = self._failed_ms[1:] + [now_ms]
        if now_ms - self._failed_ms[0] < _MINUTE_MS:
            self._resume_ms = now_ms + _MINUTE_MS
            self._parts.alerts.raise_(codes.AL_KEY_FAILURES, key)


def hmac(secret: bytes, challenge: bytes, text: bytes) -> bytes:
    """HMAC-SHA256 of challenge + text (RFC 2104); secret: at most 64 bytes."""
    block = secret + bytes(64 - len(secret))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in block]) + challenge + text)
    return hashlib.sha256(bytes([byte ^ 0x5C for byte in block]) + inner.digest()).digest()


def same(wanted: bytes, given: bytes) -> bool:
    """Are they equal? It takes as long wherever they differ."""
    different = len(wanted) ^ len(given)
    for at in range(len(given)):
        different |= wanted[at % len(wanted)] ^ given[at]
    return not different


def _refused(code: int, value: object, limit: object, hint: str) -> Refused:
    return Refused(code, "key", value, limit, hint)
