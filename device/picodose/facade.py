"""The pump as the link sees it: one method for each command (link/commands.py), nothing else."""

import binascii
import struct

from micropython import const

from picodose import codes, custody, report
from picodose.boluses import ORIGIN_BUTTON, ORIGIN_PATIENT
from picodose.safety import tones

_ENTRIES = const(6)


class Facade:
    """pump: the state machine; parts: the wired pump. Every method raises codes.Refused and then
    nothing changed.
    """

    def __init__(self, pump, parts):
        self._pump = pump
        self._parts = parts

    def hello(self) -> list:
        """Identity of this board."""
        return report.hello(self._parts)

    def status(self, page: int) -> list:
        """One page of status, see report.py."""
        return report.status(self._pump, page)

    def last_id(self) -> int:
        """Highest id of a request that acted, in this boot or before."""
        return self._parts.accounts.record.last_id

    def remember(self, request_id: int, crc: int, key: int) -> None:
        """A request is about to act: its id and CRC-32 outlive a reset with its effect; the
        journal tells whose key signed it, in one append with what it does.
        """
        self._parts.accounts.remember(request_id, crc)
        if key:
            self._parts.journal.event(codes.EV_KEY, key, request_id, 0, False)

    def knows(self, crc: int) -> bool:
        """One of the last 16 requests that acted?"""
        return self._parts.accounts.knows(crc)

    def order(self, path: str, values: list) -> list:
        """Run the order that the command table names by its path below the pump; all but the parts
        of a stage are heard.
        """
        action = self._pump
        for name in path.split("."):
            action = getattr(action, name) if name else action
        run = self._try if ".stage" in path else self._obey
        return run(action, *values)

    def stop(self, origin: str) -> list:
        """Halt at once."""
        return self._pump.stop(origin)

    def lost(self) -> None:
        """The host went away without a word: nothing that it staged will be committed."""
        self._pump.programming.discard()

    def commission(self, name: str) -> list:
        """Into service again; the one order that a decommissioned pump takes."""
        return self._heard(self._pump.ended.commission, name)

    def enrol(self, role: int, secret: str) -> list:
        """A key; also on a pump out of service, which nobody could commission otherwise."""
        return self._heard(self._parts.keys.enrol, role, secret)

    def maintenance(self) -> list:
        """Stop; the chip restarts with the prompt open, and nothing runs."""
        self._parts.journal.event(codes.EV_MAINTENANCE, 0, 0, 0, True)
        return self._pump.stop("maintenance")

    def patient_bolus(self) -> list:
        """The patient's bolus, asked for over the link."""
        return self._obey(self._pump.boluses.begin_patient, ORIGIN_PATIENT)

    def press(self) -> None:
        """The patient's button: the same; what is refused is heard and journaled all the same."""
        try:
            self._obey(self._pump.boluses.begin_patient, ORIGIN_BUTTON)
        except codes.Refused:
            pass

    def heard(self, now_ms: int) -> None:
        """A valid line came: the host's session lives."""
        self._parts.alerts.heard(now_ms)

    def service_reset(self) -> list:
        """Make anew what flash has lost."""
        return self._obey(custody.make_anew, self._parts)

    def refill_log(self, index: int) -> list:
        """One refill of the past, 0 the newest."""
        return self._pump.refills.history(index)

    def battery_new(self) -> list:
        """A fresh battery was fitted while the power was off."""
        return self._obey(self._renew_battery)

    def log_read(self, ring: int, since: int) -> list:
        """Up to six entries with sequence numbers above `since`, as hex; ring 0 events, 1
        faults.
        """
        journal = self._parts.journal
        source = journal.faults if ring else journal.events
        entries = source.read(since + 1 if since else 0, _ENTRIES)
        last = struct.unpack("<I", entries[-1][:4])[0] if entries else since
        text = binascii.hexlify(b"".join(entries)).decode()
        return [("count", len(entries)), ("last", last), ("entries", text)]

    def _renew_battery(self) -> list:
        parts = self._parts
        parts.battery.renew()
        parts.accounts.end_countdown()
        for code in (codes.AL_REPLACE_SOON, codes.AL_LOW_BATTERY, codes.AL_END_OF_SERVICE):
            parts.alerts.clear(code)
        parts.journal.event(codes.EV_BATTERY_NEW, parts.battery.idle_mv, 0, 0, True)
        parts.accounts.save(parts.clock.now_ms())
        return [("battery_mv", parts.battery.idle_mv)]

    def _obey(self, action, *values) -> list:
        """Run what a pump in service may refuse; it is heard."""
        return self._heard(self._in_service, action, *values)

    def _heard(self, action, *values) -> list:
        """Run an order; it is heard."""
        done = self._run(action, *values)
        self._parts.alerts.cue(tones.CONFIRM)
        return done

    def _try(self, action, *values) -> list:
        """Run what a pump in service may refuse."""
        return self._run(self._in_service, action, *values)

    def _in_service(self, action, *values) -> list:
        self._pump.ended.require_off()
        return action(*values)

    def _run(self, action, *values) -> list:
        """A refusal is journaled and heard."""
        try:
            return action(*values)
        except codes.Refused as refused:
            self._parts.journal.event(codes.EV_REFUSED, refused.code, 0, 0, True)
            self._parts.alerts.cue(tones.REFUSE)
            raise
