"""Volumes since the console began, and their curves."""

from __future__ import annotations

from host_tools.console.station import Station
from host_tools.console.view import Series
from host_tools.pumps import profiles_by_name

MOST_POINTS = 600
_Point = tuple[float, int, int, int | None, int]


class Counts:
    """confirmed_nl: by the pump; programmed_nl: with what is ordered and under way, and what the
    prescription ordered and the pump missed.
    """

    def __init__(self) -> None:
        self.confirmed_nl = self.programmed_nl = 0
        self._delivered_nl: int | None = None  # of this fill, at the last look
        self._missed_nl = 0  # before the console began
        self._points: list[_Point] = []

    def see(self, station: Station) -> None:
        """A status was read."""
        status, profile = station.status, profiles_by_name()[station.hello["profile"]]
        if self._delivered_nl is None:
            self._delivered_nl, self._missed_nl = status["delivered_nl"], status["missed_nl"]
        more_nl = status["delivered_nl"] - self._delivered_nl
        self.confirmed_nl += more_nl if more_nl >= 0 else status["delivered_nl"]
        self._delivered_nl = status["delivered_nl"]
        steps = status["granted_steps"] - status["confirmed_steps"]
        under_way_nl = steps * profile.NL_NUM // profile.STEPS_DEN
        missed_nl = status["missed_nl"] - self._missed_nl
        self.programmed_nl = self.confirmed_nl + under_way_nl + max(missed_nl, 0)
        self._add(
            (
                station.world.now_s(), self.programmed_nl, self.confirmed_nl,
                station.world.dispensed_nl(), status["rate_nl_h"],
            )
        )  # fmt: skip

    def series(self) -> Series:
        """The curves."""
        if not self._points:
            return Series()
        t_s, programmed_nl, confirmed_nl, dispensed_nl, rate_nl_h = zip(*self._points, strict=True)
        known = dispensed_nl if None not in dispensed_nl else ()
        return Series(t_s, programmed_nl, confirmed_nl, known, rate_nl_h)

    def _add(self, point: _Point) -> None:
        """The newest point; of too many, the one goes whose neighbours are nearest."""
        points = self._points
        points.append(point)
        if len(points) > MOST_POINTS:
            spans = [(points[i + 1][0] - points[i - 1][0], i) for i in range(1, len(points) - 1)]
            del points[min(spans)[1]]
