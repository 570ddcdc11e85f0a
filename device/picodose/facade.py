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

    def remember(self, request_id: int, crc: int) -> None:
        """A request is about to act: its id and CRC-32 outlive a reset with its effect."""
        self._parts.accounts.remember(request_id, crc)

    def knows(self, crc: int) -> bool:
        """One of the last 16 requests that acted?"""
        return self._parts.accounts.knows(crc)

    def start(self) -> list:
        """Begin the stored prescription."""
        return self._obey(self._pump.start)

    def stop(self, origin: str) -> list:
        """Halt at once."""
        return self._pump.stop(origin)

    def lost(self) -> None:
        """The host went away without a word: nothing that it staged will be committed."""
        self._pump.programming.discard()

    def stage_begin(self, kind: str, length: int, crc: str) -> list:
        """Wait for the parts of a prescription."""
        return self._try(self._pump.programming.stage_begin, kind, length, crc)

    def stage_part(self, part: int, data: str) -> list:
        """Take a part of it."""
        return self._try(self._pump.programming.stage_part, part, data)

    def stage_end(self) -> list:
        """Sum up what was staged."""
        return self._try(self._pump.programming.stage_end)

    def commit(self, digest: int, override: str) -> list:
        """Put it into force."""
        return self._obey(self._pump.programming.commit, digest, override)

    def decommission(self, name: str) -> list:
        """Out of service, everything that was ordered deleted."""
        return self._obey(self._pump.ended.begin, name)

    def commission(self, name: str) -> list:
        """Into service again; the one order that a decommissioned pump takes."""
        done = self._run(self._pump.ended.commission, name)
        self._parts.alerts.cue(tones.CONFIRM)
        return done

    def score(self, score: int, text: str) -> list:
        """Store an evaluation of the trial."""
        return self._obey(self._pump.trial.score, score, text)

    def bolus(self, amount_nl: int, duration_ms: int, override: "str | None") -> list:
        """A clinician's bolus."""
        return self._obey(self._pump.boluses.begin_single, amount_nl, duration_ms, override)

    def patient_bolus(self) -> list:
        """The patient's bolus, asked for over the link."""
        return self._obey(self._pump.boluses.begin_patient, ORIGIN_PATIENT)

    def press(self) -> None:
        """The patient's button: the same; what is refused is heard and journaled all the same."""
        try:
            self._obey(self._pump.boluses.begin_patient, ORIGIN_BUTTON)
        except codes.Refused:
            pass

    def cancel(self) -> list:
        """End the running bolus alone."""
        return self._obey(self._pump.boluses.cancel)

    def set_clock(self, wall_s: int) -> list:
        """Set the time of day."""
        return self._obey(self._pump.set_clock, wall_s)

    def ack(self, code: int) -> list:
        """Acknowledge one alarm."""
        return self._obey(self._parts.alerts.ack, code)

    def heard(self, now_ms: int) -> None:
        """A valid line came: the host's session lives."""
        self._parts.alerts.heard(now_ms)

    def audio_pause(self, span_s: int) -> list:
        """Silence the active alarms for a while; 0 ends it."""
        return self._obey(self._parts.alerts.pause, span_s)

    def sound_test(self) -> list:
        """Play every sound."""
        return self._obey(self._parts.alerts.sound_test)

    def service_reset(self) -> list:
        """Make anew what flash has lost."""
        return self._obey(custody.make_anew, self._parts)

    def refill(self, measured_nl: int, filled_nl: int, fluid: str, conc_ug_ml: int) -> list:
        """A refill, with what was found in the reservoir before it."""
        return self._obey(self._pump.refills.refill, measured_nl, filled_nl, fluid, conc_ug_ml)

    def explain(self) -> list:
        """The residue that was not expected is explained."""
        return self._obey(self._pump.refills.explain)

    def refill_log(self, index: int) -> list:
        """One refill of the past, 0 the newest."""
        return self._pump.refills.history(index)

    def prime(self, amount_nl: int) -> list:
        """Fill tubing and catheter, from stopped."""
        return self._obey(self._pump.runs.prime, amount_nl)

    def calibrate_run(self, amount_nl: int, rate_nl_h: int) -> list:
        """Deliver a stated amount to be weighed, from stopped."""
        return self._obey(self._pump.runs.calibrate, amount_nl, rate_nl_h)

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
        """Run an order; it is heard."""
        done = self._try(action, *values)
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
