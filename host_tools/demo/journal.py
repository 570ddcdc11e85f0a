"""The pump's journal as a host reads it: entries pulled over the link, with words and wall times.

An entry written while the pump did not know the time of day gets it from a later entry of the same
boot that does: both carry milliseconds since that boot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from struct import Struct
from typing import Any

from host_tools.alarms import ALARMS
from host_tools.link import LinkClient
from picodose import codes
from picodose.record.journal import unpack_entry
from shim.trace.day import AlarmSpan

_TEXT = Struct("<iiH")  # ten letters
RINGS = ("events", "faults")
_ORIGINS = ("", "the host", "the schedule", "the button", "the patient's remote")
_WORDS = {
    "EV_BOOT": "switched on or reset (reason {a}), boot {b}",
    "EV_START": "started, prescription {a:08x}",
    "EV_STOP": "stopped",
    "EV_COMMIT": "prescription {a:08x} stored, {b} nL a day",
    "EV_REFUSED": "refused: {a_name}",
    "EV_BOLUS_BEGIN": "bolus {bolus} of {a} nL over {b} ms begins, asked for by {origin}",
    "EV_BOLUS_END": "bolus {bolus} ends: {a} nL ordered so far, {b} nL cancelled",
    "EV_BOLUS_CUT": "bolus {bolus} was cut by a reset: {a} nL ordered before, {b} nL uncertain",
    "EV_BOLUS_MISSED": "scheduled bolus of {b} nL at minute {a} of the day is missed",
    "EV_ALARM": "alarm {a_name}: {alarm}",
    "EV_ALARM_CLEAR": "alarm {a_name} is over",
    "EV_ALARM_ACK": "alarm {a_name} acknowledged",
    "EV_CLOCK_SET": "clock set, {a} s further, {b} boluses skipped",
    "EV_MISSED": "{a} nL missed",
    "EV_BATTERY_TIER": "battery tier {a} at {b} mV under load, {c} mV idle",
    "EV_SELF_TEST": "self-test, failed checks: {a:#x}",
    "EV_RESERVED": "{a} reserved steps counted as delivered, uncertain",
    "EV_RUN_BEGIN": "run of {a} nL over {b} ms begins",
    "EV_RUN_END": "the run ends: {a} nL ordered so far, {b} nL cancelled",
    "EV_REFILL": "refilled with {a} nL, {b} nL more than expected before it",
    "EV_REFILL_EXPLAINED": "the residue was explained",
    "EV_CALIBRATED": "{a} nL are {b} steps from now on",
    "EV_BRIDGE": "bridge: {a} steps of {b} ug/mL to go",
    "EV_SCORE": "score {a} of the trial",
    "EV_TEXT": "text: {letters}",
    "EV_HOUR": "hour: {a} steps confirmed, {b} nL missed since boot",
}
END_OF_ALARM = ("EV_ALARM_CLEAR", "EV_ALARM_ACK")


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
        """What the entry says, in words."""
        alarm = ALARMS.get(self.a)
        fields = {**asdict(self), "a": self.a, "a_name": codes.name_of(self.a)}
        if self.kind in ("EV_START", "EV_COMMIT"):
            fields["a"] = self.a & 0xFFFFFFFF
        fields["bolus"], origin = divmod(self.c, 16)
        fields["origin"] = dict(enumerate(_ORIGINS)).get(origin, origin)
        if self.kind == "EV_TEXT":
            fields["letters"] = (
                _TEXT.pack(self.a, self.b, self.c).rstrip(b"\0").decode(errors="replace")
            )
        text = _WORDS.get(self.kind, self.kind)
        return text.format(**fields, alarm=alarm.words if alarm else "")

    def as_row(self) -> dict[str, Any]:
        """Everything, for a line of JSON."""
        return {**asdict(self), "words": self.words()}


def pull(client: LinkClient) -> list[Entry]:
    """Read both rings over the link."""
    found: list[Entry] = []
    for ring, name in enumerate(RINGS):
        found += [entry_of(name, raw) for raw in client.log(ring)]
    return with_wall_times(found)


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


@dataclass(frozen=True)
class Alarm:
    """One alarm of the journal; times in wall seconds; `how` it ended."""

    code: int
    boot: int
    start_wall_s: int
    end_wall_s: int | None
    how: str

    def span(self, day_wall_s: int) -> AlarmSpan:
        """The same for the picture."""
        end_s = None if self.end_wall_s is None else float(self.end_wall_s - day_wall_s)
        name = ALARMS[self.code].name
        start_s = float(self.start_wall_s - day_wall_s)
        return AlarmSpan(name, ALARMS[self.code].priority, start_s, end_s)


def alarms_of(entries: Sequence[Entry], power_cut_wall_s: int) -> list[Alarm]:
    """Alarms from their raise to their clear, their acknowledgement or the loss of power."""
    events = [e for e in entries if e.ring == "events" and e.wall_s is not None]
    last_boot = max((e.boot for e in events), default=0)
    found = []
    for i, entry in enumerate(events):
        if entry.kind != "EV_ALARM" or entry.wall_s is None:
            continue
        end_s, how = next(
            ((e.wall_s, "acknowledged" if e.kind == "EV_ALARM_ACK" else "cause gone")
             for e in events[i + 1:] if e.boot == entry.boot and _ends(e, entry.a)),
            (None, "lasts") if entry.boot == last_boot else (power_cut_wall_s, "power lost"),
        )  # fmt: skip
        found.append(Alarm(entry.a, entry.boot, entry.wall_s, end_s, how))
    return found


def _ends(entry: Entry, code: int) -> bool:
    ended = entry.kind == "EV_ALARM_CLEAR" or (entry.kind == "EV_ALARM_ACK" and entry.b == 1)
    return ended and entry.a == code


def entry_of(ring: str, raw: bytes) -> Entry:
    """Decode one entry of a ring; raises ValueError where it is damaged."""
    fields = unpack_entry(raw)
    if fields is None:
        raise ValueError(f"the pump gave out a damaged entry of {ring}: {raw.hex()}")
    seq, boot, kind, priority, mono_ms, wall_s, a, b, c = fields
    name = codes.name_of(kind)
    return Entry(ring, seq, boot, name, priority, mono_ms, wall_s, wall_s is not None, a, b, c)
