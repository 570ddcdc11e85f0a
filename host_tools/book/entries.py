"""A journal entry as a host reads it: the device's 32 bytes, with words and wall times.

An entry written while the pump did not know the time of day gets it from a later entry of the same
boot that does: both carry milliseconds since that boot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache
from struct import Struct
from typing import Any

from host_tools import words
from host_tools.alarms import ALARMS
from picodose import codes
from picodose.record.journal import unpack_entry

_TEXT = Struct("<iiH")  # ten letters
RINGS = ("events", "faults")
_ORIGINS = {
    1: "the host", 2: "the schedule", 3: "the button", 4: "the patient's remote",
    8: "prime", 9: "calibration",
}  # fmt: skip
_RESETS = ("power", "watchdog", "forced", "soft")
_ROLES = {1: "patient", 2: "clinician", 3: "service"}
_WORDS = {
    "EV_BOOT": "switched on or reset ({reset}), boot {b}",
    "EV_START": "started, prescription {a:08x}",
    "EV_STOP": "stopped{by_alarm}",
    "EV_COMMIT": "prescription {a:08x} stored, {b:nl} a day{overrides}",
    "EV_REFUSED": "refused: {a_name}",
    "EV_BOLUS_BEGIN": "bolus {bolus} of {a:nl} over {b:ms} begins, asked for by {origin}",
    "EV_BOLUS_END": "bolus {bolus} ends: {a:nl} ordered so far, {b:nl} cancelled",
    "EV_BOLUS_CUT": "bolus {bolus} was cut by a reset: {a:nl} ordered before, {b:nl} uncertain",
    "EV_BOLUS_MISSED": "scheduled bolus of {b:nl} at {a:minute} is missed",
    "EV_ALARM": "alarm {a_name}: {alarm}",
    "EV_ALARM_CLEAR": "alarm {a_name} is over",
    "EV_ALARM_ACK": "alarm {a_name} acknowledged",
    "EV_CLOCK_SET": "clock set, {a} s further, {b} boluses skipped",
    "EV_MISSED": "{a:nl} missed, {b_name}",
    "EV_BATTERY_TIER": "battery tier {a} at {b} mV under load, {c} mV idle",
    "EV_SELF_TEST": "self-test, failed checks: {a:#x}",
    "EV_RESERVED": "{a} reserved steps counted as delivered, uncertain",
    "EV_RUN_BEGIN": "run of {a:nl} over {b:ms} begins, {origin}",
    "EV_RUN_END": "the run ends: {a:nl} ordered so far, {b:nl} cancelled",
    "EV_REFILL": "refilled with {a:nl}, {b:nl} more than expected before it",
    "EV_REFILL_EXPLAINED": "the residue was explained",
    "EV_CALIBRATED": "{a} nL are {b} steps from now on",
    "EV_BRIDGE": "bridge: {a} steps of {b} ug/mL to go",
    "EV_SCORE": "score {a} of the trial",
    "EV_TEXT": "text: {letters}",
    "EV_HOUR": "hour: {a} steps confirmed, {b:nl} missed since boot",
    "EV_TRIP": "tripped for reason {b} after {a} pin edges",
    "EV_BATTERY_NEW": "a fresh battery was fitted, {a} mV idle",
    "EV_AUDIO_PAUSE": "audio pause of {a} s",
    "EV_SOUND_TEST": "sound test",
    "EV_SERVICE_RESET": "stored data made anew, bits {a:#x}",
    "EV_EXCEPTION": "the program ended by an exception",
    "EV_DECOMMISSION": "{service}",
    "EV_OVERRIDE": "bolus of {b:nl} passes a soft limit{overrides}",
    "EV_KEY": "key {a} gives the next order",
    "EV_KEY_SET": "{key_set}",
    "EV_MAINTENANCE": "maintenance: stopped, the board's prompt opens",
}


class _Number(int):
    """A number of an entry; as `nl`, `ms` or `minute` (of the day) it is told with its unit."""

    def __format__(self, unit: str) -> str:
        if unit == "nl":
            return words.volume(self)
        if unit == "ms":
            return words.span(self)
        if unit == "minute":
            return f"{self // 60:02}:{self % 60:02}"
        return super().__format__(unit)


@dataclass(frozen=True)
class Entry:
    """One decoded entry. `wall_s` None: the time of day was never known in that boot."""

    ring: str
    seq: int
    boot: int
    kind: str
    priority: int
    mono_ms: int
    wall_s: int | None
    wall_known: bool  # the pump itself knew the time
    a: int
    b: int
    c: int

    def words(self) -> str:
        """What the entry says, in words; an event of a newer firmware by its number."""
        fields = {**asdict(self), **self._named()}
        fields["a"], fields["b"] = _Number(self.a), _Number(self.b)
        if self.kind in ("EV_START", "EV_COMMIT"):
            fields["a"] = self.a & 0xFFFFFFFF
        return _WORDS.get(self.kind, "event {kind}: {a}, {b}, {c}").format(**fields)

    def _named(self) -> dict[str, Any]:
        """Names of what the numbers mean, each for the events that have such a number."""
        alarm = ALARMS.get(self.a)
        bolus, origin = divmod(self.c, 16)
        mask = self.c if self.kind == "EV_COMMIT" else self.a
        names = ", ".join(name for bit, name in enumerate(codes.OVERRIDES) if mask >> bit & 1)
        role = _ROLES.get(self.b, self.b)
        return {
            "a_name": _alarm_name(self.a),
            "b_name": _alarm_name(self.b),
            "alarm": alarm.words if alarm else "",
            "by_alarm": f" by alarm {_alarm_name(self.b)}" if self.b else "",
            "bolus": bolus,
            "origin": _ORIGINS.get(origin, origin),
            "overrides": f", overridden: {names}" if names else "",
            "reset": _RESETS[self.a] if 0 <= self.a < len(_RESETS) else self.a,
            "service": "in service again" if self.a else "taken out of service",
            "key_set": f"key {self.a} of a {role}" if self.b else f"key {self.a} removed",
            "letters": _TEXT.pack(self.a, self.b, self.c).rstrip(b"\0").decode(errors="replace"),
        }

    def as_row(self) -> dict[str, Any]:
        """Everything, for a line of JSON."""
        return {**asdict(self), "words": self.words()}


def with_wall_times(entries: Iterable[Entry]) -> list[Entry]:
    """Give entries the wall time that a later entry of their boot implies."""
    kept = list(entries)
    offset_s: dict[int, int] = {}  # by boot, from its first entry that knows
    for entry in kept:
        if entry.wall_s is not None:
            offset_s.setdefault(entry.boot, entry.wall_s - entry.mono_ms // 1000)
    return [
        e if e.wall_s is not None or e.boot not in offset_s
        else replace(e, wall_s=offset_s[e.boot] + e.mono_ms // 1000)
        for e in kept
    ]  # fmt: skip


def sequence_of(raw: bytes) -> int:
    """The sequence number of an entry; raises ValueError where it is damaged."""
    return _unpacked(raw)[0]


def boot_of(raw: bytes) -> int:
    """The number of the boot in which an entry was written, modulo 65536; raises ValueError."""
    return _unpacked(raw)[1]


def entry_of(ring: str, raw: bytes) -> Entry:
    """Decode one entry of a ring; raises ValueError where it is damaged."""
    seq, boot, kind, priority, mono_ms, wall_s, a, b, c = _unpacked(raw)
    return Entry(
        ring, seq, boot, _kind_name(kind), priority, mono_ms, wall_s, wall_s is not None, a, b, c
    )


def _alarm_name(code: int) -> str:
    return ALARMS[code].name if code in ALARMS else codes.name_of(code)


@cache
def _kind_name(kind: int) -> str:
    return codes.name_of(kind)


def _unpacked(raw: bytes) -> tuple[int, int, int, int, int, int | None, int, int, int]:
    fields = unpack_entry(raw)
    if fields is None:
        raise ValueError(f"a damaged entry: {raw.hex()}")
    seq, boot, kind, priority, mono_ms, wall_s, a, b, c = fields
    return seq, boot, kind, priority, mono_ms, wall_s, a, b, c
