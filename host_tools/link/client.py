"""LinkClient: what a person wants of a pump, each as one method; wire.py carries it."""

from __future__ import annotations

import secrets
from binascii import crc32
from collections.abc import Iterator

from host_tools.link.errors import KEEPS_ON, BadReplyError
from host_tools.link.keyring import Key
from host_tools.link.replies import Fields
from host_tools.link.replies import Reply as Reply
from host_tools.link.wire import Wire
from picodose.link import canon
from picodose.record.journal import unpack_entry
from picodose.therapy import calibration

_PART_LEN = 300
_PART_ESCAPED_LEN = 364  # of a part as a JSON text, so that keys and signature fit in the line


class LinkClient(Wire):
    """Talks to one pump. `connect` first; then `request`, or the methods named for a task."""

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

    def enrol(self, role: int) -> Key:
        """Make a new key, give it to the pump while somebody holds SERVICE, and keep it.

        role: 1 patient, 2 clinician, 3 service. From then on the pump wants signatures. Raises
        KeyRefusedError, KeyringError.
        """
        secret = secrets.token_bytes(32)
        reply = self.request("enrol", role=role, secret=secret.hex())
        self._key = Key(reply["which"], role, secret)
        if self.keyring:
            self.keyring.add(self.serial, self._key)
        return self._key

    def keys(self) -> list[tuple[int, int]]:
        """Number and role of every key that the pump knows."""
        rows = [row.split(":") for row in self.connect()["keys"].split(",") if row]
        return [(int(number), int(role)) for number, role in rows]

    def remove_key(self, number: int) -> None:
        """Let the pump forget a key; this host forgets it too if it is its own."""
        self.request("key_remove", which=number)
        if self._key and self._key.number == number:
            self._key = None
            if self.keyring:
                self.keyring.remove(self.serial)

    def maintenance(self) -> Reply:
        """Stop the pump and restart its chip with the prompt open and nothing running."""
        return self.request("maintenance")

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

    def log(self, ring: int, since: int = 0) -> Iterator[bytes]:
        """Yield the 32-byte entries after sequence number `since` (ring 0 events, 1 faults)."""
        while True:
            reply = self.request("log", ring=ring, since=since)
            raw = bytes.fromhex(reply["entries"])
            yield from (raw[at : at + 32] for at in range(0, len(raw), 32))
            if not raw or reply["last"] <= since:
                return
            since = reply["last"]


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
