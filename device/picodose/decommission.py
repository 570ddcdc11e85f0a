"""The end of a pump: what it was told to give is deleted and free flash is overwritten (THER-12).

Upstream: facade.py, assembly.py at boot. Downstream: the store. The mark is written first: from
then on every boot goes on where a cut left it, and nothing but status, log and `commission` is
answered. Counts and caps stay: they are the record, and no pump forgets what it gave.
"""

from micropython import const

from picodose import codes, startup
from picodose.codes import Refused
from picodose.record.reservation import NEVER_S

_DONE = b"done"
_NEVER_MS = const(1 << 60)


class Decommission:
    """parts: the wired pump; pump: the state machine. A loop part: due while flash is wiped."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump
        self.is_on = startup.ended(parts.store)
        self._in_this_boot = False
        wiped = not self.is_on or parts.store.read(startup.MARK) == _DONE
        self.due_ms = _NEVER_MS if wiped else 0

    def require_off(self) -> None:
        """Raise Refused on a pump that was taken out of service."""
        if self.is_on:
            hint = "read status and log, or commission it"
            raise Refused(codes.DECOMMISSIONED, "state", "decommissioned", None, hint)

    def begin(self, name: str) -> list:
        """Out of service, for good: name must be the profile's. The wiping takes half a minute."""
        self._pump.require("decommission")
        self._require_name(name)
        try:
            self._parts.store.write(startup.MARK, b"wipe")
        except OSError:
            raise Refused(codes.MEMORY_BAD, "mark", None, None, "flash refuses it") from None
        self.is_on = self._in_this_boot = True
        self._forget()
        self._parts.journal.event(codes.EV_DECOMMISSION, 0, 0, 0, True)
        self._parts.accounts.save(self._parts.clock.now_ms())
        self.due_ms = 0
        return []

    def commission(self, name: str) -> list:
        """Into service again, with nothing programmed, in a boot after the one that ended it."""
        if not self.is_on or self._in_this_boot or self.due_ms != _NEVER_MS:
            hint = "decommission, wait for the end of the wiping, switch off and on"
            raise Refused(codes.NOT_STOPPED, "commission", None, None, hint)
        self._require_name(name)
        startup.keep_settings(self._parts, self._parts.settings)
        self._parts.store.remove(startup.MARK)
        self.is_on = False
        self._parts.journal.event(codes.EV_DECOMMISSION, 1, 0, 0, True)
        return []

    def run(self, now_ms: int) -> None:
        """One piece of the wiping a pass, so that the loop lives on."""
        self.due_ms = now_ms
        self._parts.settings_slots.remove()
        self._parts.keys.forget()
        if not self._parts.store.fill():
            self.due_ms = _NEVER_MS
            try:
                self._parts.store.write(startup.MARK, _DONE)
            except OSError:
                self._parts.alerts.raise_(codes.AL_MEMORY)  # the next boot does it all again

    def _require_name(self, name: str) -> None:
        wanted = self._parts.profile.NAME
        if name != wanted:
            raise Refused(codes.WRONG_NAME, "name", name, wanted, "type the profile's name")

    def _forget(self) -> None:
        """What the therapy was, in RAM; flash follows."""
        parts = self._parts
        self._pump.rx = None
        self._pump.programming.discard()
        parts.settings = startup.fresh_settings(parts.profile, parts.ledger.granted)
        parts.bridge.follow()
        record = parts.accounts.record
        record.stopped_s = record.ran_s = record.trial_s = NEVER_S
