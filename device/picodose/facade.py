"""The pump as the link sees it: one method for each command (link/commands.py), nothing else."""

import binascii
import struct

from micropython import const

from picodose import codes, report
from picodose.safety import tones

_ENTRIES = const(6)


class Facade:
    """pump: the state machine; programming: what takes prescriptions; parts: the wired pump. Every
    method raises codes.Refused and then nothing changed.
    """

    def __init__(self, pump, programming, parts):
        self._pump = pump
        self._programming = programming
        self._parts = parts

    def hello(self) -> list:
        """Identity of this board."""
        return report.hello(self._parts)

    def status(self, page: int) -> list:
        """One page of status, see report.py."""
        return report.status(self._pump, page)

    def start(self) -> list:
        """Begin the stored prescription."""
        return self._obey(self._pump.start)

    def stop(self, origin: str) -> list:
        """Halt at once."""
        return self._pump.stop(origin)

    def load(self, raw: bytes) -> list:
        """Take a prescription or a single bolus."""
        return self._obey(self._programming.load, raw)

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
        """Run an order; a refusal is journaled and heard, an accepted order is heard too."""
        parts = self._parts
        try:
            done = action(*values)
        except codes.Refused as refused:
            parts.journal.event(codes.EV_REFUSED, refused.code, 0, 0, True)
            parts.alerts.cue(tones.REFUSE)
            raise
        parts.alerts.cue(tones.CONFIRM)
        return done
