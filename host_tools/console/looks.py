"""From what the pump said to the picture that the page shows."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from host_tools import words
from host_tools.alarms import ALARMS
from host_tools.console.counts import Counts
from host_tools.console.station import Station
from host_tools.console.view import Alarm, View
from host_tools.pumps import profiles_by_name

_TIERS = ("good", "replace soon", "low", "end of service")


class Looks:
    """Remembers from look to look what one status alone does not tell."""

    def __init__(self) -> None:
        self.counts = Counts()

    def see(self, station: Station) -> None:
        """A status was read."""
        self.counts.see(station)

    def view(self, station: Station) -> View:
        """The picture as it is now."""
        world, speeds = station.world, station.world.speeds()
        return View(
            world=world.words, kind=world.kind, linked=station.linked, stale=station.stale(),
            age_s=station.age_s(), trouble=station.trouble, hello=station.hello,
            status=station.status, speed=speeds[0], speed_reached=speeds[1],
            dispensed_nl=world.dispensed_nl(), programmed_nl=self.counts.programmed_nl,
            confirmed_nl=self.counts.confirmed_nl, series=self.counts.series(),
            faults=world.faults()[0], broken=world.faults()[1],
            journal=station.record.lines, **(_told(station) if station.status else {}),
        )  # fmt: skip


def _told(station: Station) -> dict[str, Any]:
    """What the status says, in the page's words."""
    status = station.status
    profile = profiles_by_name()[station.hello["profile"]]
    known = status["wall_s"] >= 0
    alarms = alarms_of(status, station.record.heard)
    return {
        "wall": words.moment(status["wall_s"]) if known else "clock not set",
        "state": status["state"],
        "rate_nl_h": status["rate_nl_h"],
        "reservoir_nl": status["reservoir_nl"],
        "reservoir_full_nl": profile.RESERVOIR_NL,
        "reservoir_low_nl": profile.RESERVOIR_LOW_NL,
        "battery_mv": status["battery_mv"],
        "battery_words": f"{_TIERS[status['battery_tier']]}, about {status['time_left_h']} h left",
        "alarms": alarms,
        "tone": tone_of(alarms, status["paused_s"]) or station.world.heard(),
        "plan": station.programs.in_force(status, station.hello),
        "paused_s": status["paused_s"],
    }


def alarms_of(status: dict[str, Any], heard: Container[int]) -> tuple[Alarm, ...]:
    """The active alarms, the highest first; heard: codes that a person has acknowledged."""
    active = [int(code) for code in str(status["active"]).split(",") if code]
    return tuple(
        Alarm(
            one.code, one.name, one.words, one.priority, one.code in heard, one.code not in heard
        )
        for one in map(ALARMS.__getitem__, active)
    )


def tone_of(alarms: tuple[Alarm, ...], paused_s: int) -> str:
    """The pattern that sounds: of the highest alarm that nobody has acknowledged yet."""
    unheard = [one for one in alarms if not one.acknowledged]
    return unheard[0].priority if unheard and not paused_s else ""
