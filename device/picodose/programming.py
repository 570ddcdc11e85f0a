"""A prescription on its way from the link into force: staged, summed up, committed (THER-8).

Upstream: facade.py. Downstream: settings in flash, the order. Invariant: what is refused, lapses
or does not get into flash leaves the old prescription in force; nothing is programmed but what a
commit names by the digest of its exact bytes, within 120 s of the summary that a person reads.
"""

from micropython import const

from picodose import codes, startup
from picodose.codes import Refused
from picodose.link.upload import Upload
from picodose.record import past
from picodose.record.reservation import NEVER_S
from picodose.states import RUNNING
from picodose.therapy import change
from picodose.therapy.prescription import parse
from picodose.units import mass_of_volume_ng

_LAPSE_MS = const(120_000)


class Programming:
    """parts: the wired pump; pump: the state machine."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump
        self._upload = Upload()
        self._until_ms = 0  # what is held whole waits so long for its commit

    def is_open(self) -> bool:
        """True while parts come in, or a summary waits for its commit."""
        now_ms = self._parts.clock.now_ms()
        return self._upload.is_open(now_ms) or now_ms < self._until_ms

    def discard(self) -> None:
        """Forget what is staged; what is in force stays."""
        self._upload.discard()
        self._until_ms = 0

    def stage_begin(self, kind: str, length: int, crc: str) -> list:
        """Forget what was staged and wait for the parts of something new; see Upload.begin()."""
        self._pump.require("stage")
        if kind != "rx":
            raise Refused(codes.LINK_FIELD, "kind", kind, None, "send rx")
        self.discard()
        self._upload.begin(self._parts.clock.now_ms(), length, crc)
        return []

    def stage_part(self, part: int, data: str) -> list:
        """Take the next part."""
        self._pump.require("stage")
        self._until_ms = 0
        self._upload.part(self._parts.clock.now_ms(), part, data)
        return [("have", self._upload.length)]

    def stage_end(self) -> list:
        """Check the whole; returns the summary of it as the pump understood it."""
        self._pump.require("stage")
        now_ms = self._parts.clock.now_ms()
        rx, bridge_nl_h, bridge_s = self._read(self._upload.end(now_ms))
        if rx.mode == "bolus":
            raise Refused(codes.RX_MODE, "mode", rx.mode, None, "ask for it by the command bolus")
        self._until_ms = now_ms + _LAPSE_MS
        total_nl = rx.allowed_24h_nl()  # every allowed bolus is counted
        return [
            ("mode", rx.mode),
            ("total_24h_nl", total_nl),
            ("total_24h_ng", mass_of_volume_ng(total_nl, rx.conc_ug_ml)),
            ("boluses", rx.boluses_per_day() + rx.patient_per_day()),
            ("patient_boluses", rx.patient_per_day()),
            ("rate_max_nl_h", rx.rate_max_nl_h()),
            ("bridge_nl_h", bridge_nl_h),
            ("bridge_s", bridge_s),
            ("refill_wall_s", self._refill_wall_s(rx, now_ms)),
            ("change_percent", self._change_percent(rx)),
            ("needs", ",".join(self._needs(rx))),
            ("digest", rx.digest),
        ]

    def commit(self, digest: int, override: str) -> list:
        """Put what is staged into force, at the next tick if the pump runs.

        digest: of the exact staged bytes; override: the names that the summary said it needs, with
        commas between. Raises Refused, and what is staged waits on.
        """
        self._pump.require("commit")
        if self._parts.clock.now_ms() >= self._until_ms:
            raise Refused(codes.NOT_STAGED, "commit", None, None, "stage it again")
        rx = self._read(self._upload.whole())[0]
        if digest != rx.digest:
            raise Refused(codes.STAGED_OTHER, "digest", digest, rx.digest, "stage it again")
        mask = change.named(override, self._needs(rx))
        self._pump.trial.permit(rx, NEVER_S)
        self._put_in_force(rx, mask)
        self.discard()
        return [("digest", digest)]

    def _read(self, raw: bytes) -> tuple:
        """(prescription, its bridge's rate in nL/h, its length in s, both 0 without), checked."""
        rx = parse(raw, self._parts.limits)
        names, rate_nl_h, span_s = self._parts.bridge.judge(rx, self._pump.rx)
        rx.overrides += tuple([name for name in names if name not in rx.overrides])
        return rx, rate_nl_h, span_s

    def _needs(self, rx) -> tuple:
        """Names of the overrides that a commit of this must carry (LIM-3, THER-9)."""
        needs = change.needed(rx, self._ran())
        old = self._pump.rx
        if old and old.trial and not rx.trial:
            needs += ("convert",)
        return needs + rx.overrides

    def _change_percent(self, rx) -> int:
        """The change that LIM-3 judges; 0 for a first program."""
        ran = self._ran()
        return change.change_percent(ran[0], ran[1], rx, ran[2]) if ran else 0

    def _ran(self) -> "tuple | None":
        """What a new prescription is compared with, see record/past.py."""
        return past.reference(self._past(), self._pump.rx)

    def _past(self) -> tuple:
        """What ran in the last 24 h of running time."""
        accounts = self._parts.accounts
        now_s = accounts.running_ms(self._parts.clock.now_ms()) // 1000
        ran_s = now_s if self._pump.state == RUNNING else accounts.record.ran_s
        return past.extended(self._parts.settings.past, self._pump.rx, ran_s, now_s)

    def _refill_wall_s(self, rx, now_ms: int) -> int:
        return self._parts.accounts.refill_wall_s(rx, self._parts.wall.wall_s(now_ms))

    def _put_in_force(self, rx, mask: int) -> None:
        parts, pump = self._parts, self._pump
        schedule = pump.schedule(rx)
        running = pump.state == RUNNING
        if running:
            pump.refills.require_fit(rx)
            pump.admit(schedule, None)
        startup.store_prescription(parts, rx, self._past())
        pump.rx = rx
        parts.journal.event(codes.EV_COMMIT, rx.digest, rx.allowed_24h_nl(), mask, True)
        record = parts.accounts.record
        record.ran_s = record.trial_s = NEVER_S
        if not running:
            parts.accounts.save(parts.clock.now_ms())
        else:
            parts.delivery.halt()
            halted_ms = parts.clock.now_ms()
            pump.follow(schedule)
            parts.granter.miss_since(halted_ms)
