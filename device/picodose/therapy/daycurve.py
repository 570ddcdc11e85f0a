"""Cumulative ordered volume over the cyclic day, basal and scheduled boluses together.

The day is cut at every step start and bolus end; inside a piece at most one bolus runs, so the
volume from the start of the day is exact by integer arithmetic: basal is rate x ms, a bolus is
floor(amount x elapsed / duration), and floors telescope within one bolus.
"""

from micropython import const

_DAY_MS = const(86400000)
_MINUTE_MS = const(60000)
_UNITS_PER_NL = const(3600000)


class DayCurve:
    """steps: tuple of (start_min, rate_nl_h, bolus_nl, bolus_ms), starts strictly increasing."""

    def __init__(self, steps: tuple) -> None:
        self._steps = steps
        self.cuts_ms = self._cuts()
        self._pieces = []  # (rate_nl_h, bolus_nl, bolus_ms, bolus elapsed at the cut)
        self._sums = [0]  # units from 00:00 to each cut, and to the end of the day
        for i in range(len(self.cuts_ms)):
            self._pieces.append(self._piece(self.cuts_ms[i]))
            end_ms = self.cuts_ms[i + 1] if i + 1 < len(self.cuts_ms) else _DAY_MS
            self._sums.append(self._sums[i] + self._inside(i, end_ms - self.cuts_ms[i]))

    def day_units(self) -> int:
        """Volume of one whole day in units of nL*ms/h (floors: below one unit a cut bolus)."""
        return self._sums[-1]

    def volume_units(self, t0_ms: int, t1_ms: int) -> int:
        """Ordered volume between two wall-clock instants (ms from any midnight), t0 <= t1."""
        return self._total(t1_ms) - self._total(t0_ms)

    def rate_max_nl_h(self) -> int:
        """Highest sum of basal and bolus rate, rounded up."""
        best = 0
        for rate, bolus_nl, bolus_ms, _elapsed in self._pieces:
            if bolus_ms:
                rate -= -bolus_nl * _UNITS_PER_NL // bolus_ms
            best = max(best, rate)
        return best

    def largest_window_units(self, length_ms: int) -> int:
        """Largest volume in any window of this length over the endlessly repeated day.

        The volume in a sliding window is piecewise linear in its place, so its largest value is
        reached with one end of the window on a cut.
        """
        best = 0
        for cut in self.cuts_ms:
            best = max(
                best,
                self.volume_units(cut, cut + length_ms),
                self.volume_units(cut - length_ms, cut),
            )
        return best

    def _cuts(self) -> list:
        cuts = {0}
        for start_min, _rate, _nl, bolus_ms in self._steps:
            cuts.add(start_min * _MINUTE_MS)
            cuts.add((start_min * _MINUTE_MS + bolus_ms) % _DAY_MS)
        return sorted(cuts)

    def _piece(self, at_ms: int) -> tuple:
        basal_nl_h = self._steps[-1][1]
        bolus = (0, 0, 0)
        for start_min, rate_nl_h, bolus_nl, bolus_ms in self._steps:
            start_ms = start_min * _MINUTE_MS
            if start_ms <= at_ms:
                basal_nl_h = rate_nl_h
            elapsed_ms = (at_ms - start_ms) % _DAY_MS
            if elapsed_ms < bolus_ms:
                bolus = (bolus_nl, bolus_ms, elapsed_ms)
        return (basal_nl_h,) + bolus

    def _inside(self, i: int, dt_ms: int) -> int:
        rate_nl_h, bolus_nl, bolus_ms, elapsed_ms = self._pieces[i]
        units = rate_nl_h * dt_ms
        if bolus_ms:
            full = bolus_nl * _UNITS_PER_NL
            units += full * (elapsed_ms + dt_ms) // bolus_ms - full * elapsed_ms // bolus_ms
        return units

    def _total(self, t_ms: int) -> int:
        days = t_ms // _DAY_MS
        at_ms = t_ms - days * _DAY_MS
        low = 0
        high = len(self.cuts_ms)
        while high - low > 1:
            middle = (low + high) // 2
            if self.cuts_ms[middle] <= at_ms:
                low = middle
            else:
                high = middle
        inside = self._inside(low, at_ms - self.cuts_ms[low])
        return days * self._sums[-1] + self._sums[low] + inside
