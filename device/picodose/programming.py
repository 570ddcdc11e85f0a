"""A prescription or calibration on its way from the link into force: staged, summed up, committed
(THER-8, DEL-4).

Upstream: facade.py. Downstream: settings in flash, the order. Invariant: what is refused, lapses
or does not get into flash leaves the old one in force; nothing is programmed but what a
commit names by the digest of its exact bytes, within 120 s of the summary that a person reads.
"""

from binascii import crc32

from micropython import const

from picodose import codes, startup
from picodose.codes import Refused
from picodose.link.upload import Upload
from picodose.record import past
from picodose.record.reservation import NEVER_S
from picodose.record.settings import UNKNOWN_S
from picodose.states import RUNNING
from picodose.therapy import calibration, change
from picodose.therapy.prescription import parse
from picodose.units import mass_of_volume_ng

_LAPSE_MS = const(120_000)
_REQUESTS = {"rx": ("stage", "commit"), "calibration": ("calibrate", "calibrate")}
_TOLD = ("old_nl", "old_steps", "new_nl", "new_steps", "wall_s", "worst_ppm", "speeds", "repeats")


class Programming:
    """parts: the wired pump; pump: the state machine."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump
        self._upload = Upload()
        self._until_ms = 0  # what is held whole waits so long for its commit
        self._kind = "rx"

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
        if kind not in _REQUESTS:
            raise Refused(codes.LINK_FIELD, "kind", kind, None, "send rx or calibration")
        self._pump.require(_REQUESTS[kind][0])
        self.discard()
        self._kind = kind
        self._upload.begin(self._parts.clock.now_ms(), length, crc)
        return []

    def stage_part(self, part: int, data: str) -> list:
        """Take the next part."""
        self._pump.require(_REQUESTS[self._kind][0])
        self._until_ms = 0
        self._upload.part(self._parts.clock.now_ms(), part, data)
        return [("have", self._upload.length)]

    def stage_end(self) -> list:
        """Check the whole; returns the summary of it as the pump understood it."""
        self._pump.require(_REQUESTS[self._kind][0])
        now_ms = self._parts.clock.now_ms()
        raw = self._upload.end(now_ms)
        summary = (self._sum_rx if self._kind == "rx" else self._sum_calibration)(raw, now_ms)
        self._until_ms = now_ms + _LAPSE_MS
        return summary + [("digest", crc32(raw))]

    def commit(self, digest: int, override: str) -> list:
        """Put what is staged into force, at the next tick if the pump runs.

        digest: of the exact staged bytes; override: the names that the summary said it needs, with
        commas between. Raises Refused, and what is staged waits on.
        """
        self._pump.require(_REQUESTS[self._kind][1])
        if self._parts.clock.now_ms() >= self._until_ms:
            raise Refused(codes.NOT_STAGED, "commit", None, None, "stage it again")
        raw = self._upload.whole()
        if digest != crc32(raw):
            raise Refused(codes.STAGED_OTHER, "digest", digest, crc32(raw), "stage it again")
        (self._program if self._kind == "rx" else self._calibrate)(raw, override)
        self.discard()
        return [("digest", digest)]

    def _sum_rx(self, raw: bytes, now_ms: int) -> list:
        rx, bridge_nl_h, bridge_s = self._read(raw)
        if rx.mode == "bolus":
            raise Refused(codes.RX_MODE, "mode", rx.mode, None, "ask for it by the command bolus")
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
        ]

    def _sum_calibration(self, raw: bytes, _now_ms: int) -> list:
        """Old and new ratio, exact; how far the worst weighing lies from the new one."""
        plan, new = self._parts.plan, calibration.fit(raw, self._parts.profile)
        new = (plan.nl_num, plan.steps_den) + new
        rows = [(_TOLD[i], new[i]) for i in range(len(new))]
        return rows + [("needs", "" if new[4] else "nominal")]

    def _calibrate(self, raw: bytes, override: str) -> None:
        """Store the weighings with their fit and count in it; what was counted keeps its value."""
        parts = self._parts
        nl_num, steps_den, at_s, _ppm, speeds, repeats = calibration.fit(raw, parts.profile)
        change.named(override, () if at_s else ("nominal",))
        counted = parts.ledger.granted
        startup.keep_settings(
            parts,
            parts.settings.calibrated(nl_num, steps_den, at_s or UNKNOWN_S, raw, counted),
        )
        startup.use_calibration(parts)
        parts.journal.event(codes.EV_CALIBRATED, nl_num, steps_den, speeds * repeats, True)
        parts.accounts.save(parts.clock.now_ms())

    def _program(self, raw: bytes, override: str) -> None:
        rx = self._read(raw)[0]
        mask = change.named(override, self._needs(rx))
        self._pump.trial.permit(rx, NEVER_S)
        self._put_in_force(rx, mask)

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
