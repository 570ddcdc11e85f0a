"""The pump's journal in the demo: pulled over the link, and the alarms that it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from host_tools.alarms import ALARMS
from host_tools.book.entries import RINGS, Entry, entry_of, with_wall_times
from host_tools.link import LinkClient
from shim.trace.day import AlarmSpan


def pull(client: LinkClient) -> list[Entry]:
    """Read both rings over the link."""
    found: list[Entry] = []
    for ring, name in enumerate(RINGS):
        found += [entry_of(name, raw) for raw in client.log(ring)]
    return with_wall_times(found)


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
